import { describe, expect, it } from 'vitest';
import { renderDecisionsPage } from './decisions-page.ts';

const file = (name: string, heading: string) => ({ name, text: `${heading}\n\nWhy.\n` });

describe('renderDecisionsPage', () => {
  it('the page of decisions refuses two of one number, which two branches can make at the same time', () => {
    const files = [file('0001-one.md', '# 1. One'), file('0001-other.md', '# 1. Other')];
    expect(() => renderDecisionsPage(files)).toThrow('two decisions 1');
  });

  it('refuses a decision whose heading has no number, or another one than its file', () => {
    for (const heading of ['# One', '# 2. One']) {
      expect(() => renderDecisionsPage([file('0001-one.md', heading)])).toThrow('docs/adr/0001-one.md');
    }
  });

  it('lists the decisions in the order of their numbers', () => {
    const page = renderDecisionsPage([file('0010-ten.md', '# 10. Ten'), file('0002-two.md', '# 2. Two')]);
    expect(page.indexOf('[Two](0002-two.md)')).toBeLessThan(page.indexOf('[Ten](0010-ten.md)'));
  });
});
