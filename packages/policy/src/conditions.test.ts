import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueAt } from './json-pointer.ts';
import { matchArgument } from './match-argument.ts';
import { prepareWindow } from './match-window.ts';
import { type ArgumentCondition, type TimeWindow, WEEKDAYS } from './policy.ts';
import { problemsOf } from './problems.ts';

const HOUR_MS = 3_600_000;

describe('a condition on an argument', () => {
  it.each<[Omit<ArgumentCondition, 'path'>, unknown, string]>([
    [{ equals: 'main' }, 'main', 'yes'],
    [{ equals: 'main' }, 'Main', 'no'],
    [{ equals: 5 }, 5, 'yes'],
    [{ equals: 5 }, '5', 'unknown'],
    [{ equals: null }, null, 'yes'],
    [{ equals: 'null' }, null, 'unknown'],
    [{ oneOf: ['a', 'b'] }, 'b', 'yes'],
    [{ oneOf: ['a', 'b'] }, 'c', 'no'],
    [{ oneOf: ['a', 1] }, 'c', 'unknown'],
    [{ prefix: 'acme/' }, 'acme/site', 'yes'],
    [{ prefix: 'acme/' }, 'other/site', 'no'],
    [{ prefix: 'acme/' }, ['acme/site'], 'unknown'],
    [{ min: 10, max: 20 }, 10, 'yes'],
    [{ min: 10, max: 20 }, 20, 'yes'],
    [{ min: 10, max: 20 }, 20.5, 'no'],
    [{ min: 10 }, -5_000, 'no'],
    [{ min: 10 }, Number.POSITIVE_INFINITY, 'unknown'],
    [{ min: 10, prefix: 'a' }, 5, 'no'],
  ])('%j of the value %j: %s', (parts, value, expected) => {
    expect(matchArgument({ path: '/x', ...parts }, { x: value })).toBe(expected);
  });

  it('a path leads through objects and lists, and to own members only', () => {
    const values = { a: { 'b/c': [{ '~d': 7 }] } };
    expect(valueAt(values, '/a/b~1c/0/~0d')).toBe(7);
    for (const path of ['/a/x', '/toString', '/a/b~1c/length/x', '/__proto__', '/a/b~1c/1']) {
      expect(valueAt(values, path)).toBeUndefined();
    }
  });
});

describe('a window of time', () => {
  const window = (from: string, to: string, days: TimeWindow['days'], zone = 'UTC') =>
    prepareWindow({ days, from, to, zone });
  const at = (text: string) => Date.parse(`${text}Z`);

  it('a window holds from its first minute to before its last, on its days', () => {
    const isWithin = window('09:00', '17:30', ['mon']);
    expect(isWithin(at('2026-03-02T09:00'))).toBe(true);
    expect(isWithin(at('2026-03-02T17:29:59'))).toBe(true);
    expect(isWithin(at('2026-03-02T17:30'))).toBe(false);
    expect(isWithin(at('2026-03-03T10:00'))).toBe(false);
  });

  it('a window over midnight belongs to the day on which it begins, also at the end of the week', () => {
    const isWithin = window('22:00', '06:00', ['sun']);
    expect(isWithin(at('2026-03-01T23:00'))).toBe(true);
    expect(isWithin(at('2026-03-02T05:59'))).toBe(true);
    expect(isWithin(at('2026-03-02T23:00'))).toBe(false);
    expect(isWithin(at('2026-03-01T05:00'))).toBe(false);
  });

  it('a window follows the clocks of its zone, in summer too', () => {
    const isWithin = window('09:00', '10:00', [...WEEKDAYS], 'Europe/Berlin');
    expect(isWithin(at('2026-01-05T08:30'))).toBe(true);
    expect(isWithin(at('2026-07-06T07:30'))).toBe(true);
    expect(isWithin(at('2026-07-06T08:30'))).toBe(false);
  });

  it('a window from 00:00 to 24:00 is the complete day', () => {
    const isWithin = window('00:00', '24:00', ['wed']);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 24 * 7 - 1 }), (hour) => {
        const instant = at('2026-03-02T00:00') + hour * HOUR_MS;
        expect(isWithin(instant)).toBe(new Date(instant).getUTCDay() === 3);
      }),
    );
  });
});

describe('the problems of a policy', () => {
  it('conditions that can be used have none', () => {
    const days = ['mon'] as const;
    const window = { days, from: '09:00', to: '24:00', zone: 'Europe/Berlin' };
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ tools: ['a*'], arguments: [{ path: '/a/~1b', max: 4 }], window })).toEqual([]);
  });

  it.each([
    [{ tools: [] }, 'tools: list at least one, or leave it out.'],
    [{ tools: [''] }, 'tools: each has 1 to 200 characters.'],
    [{ groups: Array.from({ length: 101 }, String) }, 'groups: at most 100.'],
    [{ arguments: [{ path: 'amount', max: 1 }] }, 'arguments: “amount” is not a JSON Pointer such as /amount.'],
    [{ arguments: [{ path: '/a~2', max: 1 }] }, 'arguments: “/a~2” is not a JSON Pointer such as /amount.'],
    [
      { arguments: [{ path: '/a' }] },
      'arguments: /a is compared with nothing; give equals, oneOf, prefix, min or max.',
    ],
    [
      { arguments: [{ path: '/a', min: 2, max: 1 }] },
      'arguments: min of /a is greater than max, so no value is within.',
    ],
    [{ arguments: [{ path: '/a', oneOf: [] }] }, 'arguments: oneOf of /a: list at least one, or leave it out.'],
    [{ arguments: Array.from({ length: 21 }, () => ({ path: '/a', max: 1 })) }, 'arguments: at most 20 conditions.'],
    [{ window: { days: [], from: '09:00', to: '10:00', zone: 'UTC' } }, 'window: list at least one day.'],
    [
      { window: { days: ['mon' as const], from: '9', to: '10:00', zone: 'UTC' } },
      'window: from and to are times of day such as 09:00; to may be 24:00.',
    ],
    [
      { window: { days: ['mon' as const], from: '09:00', to: '09:00', zone: 'UTC' } },
      'window: from and to are the same; 00:00 to 24:00 is a day.',
    ],
    [
      { window: { days: ['mon' as const], from: '09:00', to: '10:00', zone: 'Mars/Base' } },
      'window: “Mars/Base” is no time zone such as Europe/Berlin.',
    ],
  ])('%j', (when, problem) => {
    expect(problemsOf(when)).toEqual([problem]);
  });
});
