import { describe, expect, it } from 'vitest';
import { isNpm, parseStat } from './watch-npm.ts';

describe('the npm that started the launcher', () => {
  it.each([['npmlike'], ['node'], ['pnpm start'], ['']])('a process called %j is not taken for npm', (name) => {
    expect(isNpm(name)).toBe(false);
  });

  it('npm is recognized by the name that it gives its process', () => {
    expect(['npm', 'npm start', 'npm run start'].map(isNpm)).toEqual([true, true, true]);
  });

  it.each([
    ['41 (npm start) S 7 41 41 0', { name: 'npm start', parent: 7 }],
    ['41 (odd) R 1) name) S 7 41 41 0', { name: 'odd) R 1) name', parent: 7 }],
  ])('name and parent are read from %j, whatever the name holds', (stat, expected) => {
    expect(parseStat(stat)).toEqual(expected);
  });
});
