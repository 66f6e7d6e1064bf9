import { Secret } from '@patchbay/foundation';
import { STANDARD_PLAN } from '@patchbay/foundation/limits';
import { expect, it } from 'vitest';
import { counter } from './counter.ts';
import { CounterNames } from './counter-names.ts';

it('keys of counters differ by scope, id and secret, are the same on every gateway, and hold no id', () => {
  const names = new CounterNames(new Secret('one secret'));
  const [person, tool] = [counter('person', 'psn_a', STANDARD_PLAN), counter('tool', 'psn_a', STANDARD_PLAN)];
  const all = [
    names.of(person),
    names.of(tool),
    names.of(counter('person', 'psn_b', STANDARD_PLAN)),
    new CounterNames(new Secret('another')).of(person),
  ].flatMap(({ rate, permits }) => [rate, permits]);
  expect(new Set(all).size).toBe(8);
  expect(all.join()).not.toContain('psn_');
  expect(new CounterNames(new Secret('one secret')).of(person)).toEqual(names.of(person));
});
