import { describe, expect, it } from 'vitest';
import { fitsPlatform, platforms } from './platforms.ts';

describe('fitsPlatform', () => {
  it.each([
    ['a foreign system', { os: ['darwin'] }],
    ['this system, left out', { os: ['!linux'] }],
    ['a foreign processor', { os: ['linux'], cpu: ['mips'] }],
  ])('refuses a package for %s', (_what, declared) => {
    expect(fitsPlatform(declared)).toBe(false);
  });

  it.each([
    ['nothing', {}],
    ['an empty list', { os: [] }],
    ['any', { os: ['any'] }],
    ['this system', { os: ['win32', 'linux'] }],
    ['a foreign system, left out', { os: ['!win32'] }],
    ['this processor', { cpu: [process.arch] }],
  ])('accepts a package that declares %s', (_what, declared) => {
    expect(fitsPlatform(declared)).toBe(true);
  });
});

describe('platforms', () => {
  it('reads a single name as a list of one', () => {
    expect(platforms.parse('linux')).toEqual(['linux']);
  });

  it('refuses what is neither a name nor a list of names', () => {
    expect(platforms.safeParse({ linux: true }).success).toBe(false);
  });
});
