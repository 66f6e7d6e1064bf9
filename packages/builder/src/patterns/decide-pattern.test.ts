import { describe, expect, it } from 'vitest';
import { decidePattern } from './decide-pattern.ts';

const HOSTILE: readonly (readonly [pattern: string, kind: string])[] = [
  ['(a|a)*$', 'slow'],
  ['^(a+)+$', 'slow'],
  ['^(a*)*b', 'slow'],
  ['^(a|ab|b)*c$', 'slow'],
  ['^([a-z0-9]+-?)*$', 'slow'],
  ['(x+x+)+y', 'slow'],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'slow'],
  ['(\\w+\\s?)*$', 'slow'],
  // Polynomial: seconds for a text of a megabyte.
  ['[a-z]+$', 'slow'],
  ['^\\s+|\\s+$', 'slow'],
  ['foo.*bar', 'slow'],
  ['^.*a.*b.*$', 'slow'],
  ['^\\S+@\\S+\\.\\S+$', 'slow'],
  ['(.*)(.*)(.*)x', 'slow'],
  // Counted: a constant, but one of astronomical size.
  ['^(a{1,50}){1,50}$', 'slow'],
  ['^(.{1,100}){1,100}$', 'slow'],
  ['^(a?){50}a{50}$', 'slow'],
  ['^(a?){50}$', 'slow'],
  ['^(a*){2,3}$', 'slow'],
  ['^a{0,50}a{0,50}a{0,50}$', 'slow'],
  // No automaton decides these.
  ['^(?!.*\\.\\.)[a-z.]+$', 'undecided'],
  ['(?<=a+)b', 'undecided'],
  ['^(a+)\\1$', 'undecided'],
  ['(', 'invalid'],
  ['a{2,1}', 'invalid'],
  ['[b-a]', 'invalid'],
];

const HARMLESS: readonly string[] = [
  '^[a-z]+$',
  '^[a-z0-9]+(?:-[a-z0-9]+)*$',
  '^[a-z0-9]{1,63}(\\.[a-z0-9]{1,63})*$',
  '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
  '^(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}$',
  '^[A-Z]{2}\\d{2}[A-Z0-9]{11,30}$',
  '^\\+?\\d{1,3}[- ]?\\d{3}[- ]?\\d{4}$',
  '^[^@\\s]+@[^@\\s.]+(\\.[^@\\s.]+)+$',
  '^https?://[^\\s/]+(/.*)?$',
  '^#[0-9a-fA-F]{6}$',
  '^[\\s\\S]{0,10000}$',
  '^\\p{L}[\\p{L}\\p{M} -]*$',
  '^(open|closed|all)$',
  '^foo.*bar$',
  '\\bword\\b',
  '',
];

describe('a pattern of a schema', () => {
  it.each(HOSTILE)('refuses a schema with the pattern %s', (pattern, kind) => {
    expect(decidePattern(pattern)).toEqual({ kind, reason: expect.stringMatching(/./) });
  });

  it.each(HARMLESS)('accepts a schema with the pattern %s', (pattern) => {
    expect(decidePattern(pattern)).toEqual({ kind: 'linear' });
  });
});
