import { describe, expect, it } from 'vitest';
import { nextStep } from './plan-asking.ts';

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;
const known = { askedAtMs: NOW, failedAtMs: null, isOutdated: false };

describe('the lists of a dynamic connector', () => {
  it('the lists of a dynamic connector are not requested again right after the connector failed', () => {
    for (const state of [known, { ...known, askedAtMs: null }, { ...known, isOutdated: true }]) {
      expect(nextStep({ ...state, failedAtMs: NOW }, NOW + MINUTE / 4)).toBe('serve');
    }
    expect(nextStep({ ...known, askedAtMs: null, failedAtMs: NOW }, NOW + MINUTE)).toBe('ask');
  });

  it('the lists of a dynamic connector are requested without an answer, after a change and after an hour', () => {
    expect(nextStep({ ...known, askedAtMs: null }, NOW)).toBe('ask');
    expect(nextStep({ ...known, isOutdated: true }, NOW)).toBe('ask');
    expect(nextStep(known, NOW + 61 * MINUTE)).toBe('ask');
  });

  it('the lists of a dynamic connector come from the last answer, and are renewed after five minutes', () => {
    expect(nextStep(known, NOW + 4 * MINUTE)).toBe('serve');
    expect(nextStep(known, NOW + 6 * MINUTE)).toBe('serve and ask');
    expect(nextStep(known, NOW + 59 * MINUTE)).toBe('serve and ask');
  });
});
