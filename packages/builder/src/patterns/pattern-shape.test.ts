import { describe, expect, it } from 'vitest';
import { shapeOf } from './pattern-shape.ts';

describe('the shape of a pattern', () => {
  it.each([
    ['a{1,50}', 'a+'],
    ['(a{1,50}){0,50}', '(a+)*'],
    ['a{2,5}?b', 'a+?b'],
    ['[a{1,2}]x{3}', '[a{1,2}]x+'],
    ['a?b*c+', 'a?b*c+'],
    ['\\{1,2\\}', '\\{1,2\\}'],
    ['(a?|b){2}', null],
    ['(a*\\b){2}', null],
  ])('widens the bounded counts of the pattern %s to %s', (pattern, widened) => {
    expect(shapeOf(pattern).widened).toBe(widened);
  });

  it.each([
    ['abc', 1],
    ['a?', 2],
    ['(a|b){3}', 8],
    ['a{0,50}a{0,50}', 51 * 51],
    ['(a?){50}', Number.POSITIVE_INFINITY],
    ['(a|b)*', 2],
  ])('a match of the pattern %s has %d ways', (pattern, ways) => {
    expect(shapeOf(pattern).ways).toBe(ways);
  });

  it.each([
    ['(?=a)', 'looks around'],
    ['(?<!a)', 'looks around'],
    ['(a)\\1', 'refers back to a group'],
    ['^\\ba$', null],
  ])('reports what is undecidable about the pattern %s: %s', (pattern, undecidable) => {
    expect(shapeOf(pattern).undecidable).toBe(undecidable);
  });
});
