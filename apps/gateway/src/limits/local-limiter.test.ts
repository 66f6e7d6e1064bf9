import { STANDARD_PLAN } from '@patchbay/foundation/limits';
import { describe, expect, it } from 'vitest';
import type { Admittance } from './call-limiter.ts';
import { type CountedCall, countersOf } from './counter.ts';
import { LocalCounts } from './local-counts.ts';
import { admitLocally, LocalLimiter } from './local-limiter.ts';

const CALL: CountedCall = {
  organizationId: 'org_a',
  connectorId: 'con_a',
  limitKey: 'org_a psn_a',
  clientId: 'key_a',
  tool: 'find',
};

function given(plan: Partial<typeof STANDARD_PLAN> = {}) {
  const time = { ms: 0 };
  const clock = { now: () => new Date(time.ms), monotonicMs: () => time.ms };
  const limiter = new LocalLimiter(clock);
  const countersFor = (call: Partial<CountedCall> = {}) =>
    countersOf({ ...CALL, ...call }, { ...STANDARD_PLAN, ...plan });
  const admit = async (call: Partial<CountedCall> = {}) => limiter.admit(countersFor(call));
  return { time, clock, limiter, countersFor, admit };
}

const refusalOf = (admitted: Admittance) =>
  'refusal' in admitted && [admitted.refusal.counter.scope, admitted.refusal.kind, admitted.refusal.retryAfterSeconds];
const release = (admitted: Admittance) => 'permit' in admitted && admitted.permit.release();

describe('the limits of one process', () => {
  it('a person’s sixty-first call at once is refused with the time to wait, and admitted after it', async () => {
    const { admit, time } = given();
    for (let count = 0; count < 60; count += 1) release(await admit());
    expect(refusalOf(await admit())).toEqual(['person', 'rate', 1]);
    time.ms = 999;
    expect(refusalOf(await admit())).toEqual(['person', 'rate', expect.closeTo(0.001)]);
    time.ms = 1_000;
    expect(refusalOf(await admit())).toBe(false);
    expect(refusalOf(await admit())).toEqual(['person', 'rate', 1]);
  });

  it('a refused call counts under none of its limits', async () => {
    const { admit, limiter, countersFor } = given({ personBurst: 1 });
    release(await admit());
    for (let count = 0; count < 50; count += 1)
      expect(refusalOf(await admit())).toEqual(['person', 'rate', expect.any(Number)]);
    const states = await limiter.read(countersFor());
    expect(states.map(({ counter, remaining }) => [counter.scope, remaining])).toEqual([
      ['person', 0],
      ['connector', 599],
      ['organization', 2_999],
    ]);
  });

  it('a tool and a client with the limits of their connector and organization are not counted, lower ones are', () => {
    const scopes = (plan: Partial<typeof STANDARD_PLAN>) =>
      given(plan)
        .countersFor()
        .map(({ scope }) => scope);
    expect(scopes({})).toEqual(['person', 'connector', 'organization']);
    expect(scopes({ toolBurst: 599 })).toEqual(['person', 'tool', 'connector', 'organization']);
    expect(scopes({ toolConcurrent: 2, clientCallsPerMinute: 100 })).toEqual([
      'person',
      'tool',
      'client',
      'connector',
      'organization',
    ]);
  });

  it('one person’s limit leaves another person, connector and organization alone', async () => {
    const { admit } = given({ personBurst: 1 });
    release(await admit());
    expect(refusalOf(await admit())).toEqual(['person', 'rate', expect.any(Number)]);
    expect(refusalOf(await admit({ limitKey: 'org_a psn_b' }))).toBe(false);
    expect(refusalOf(await admit({ connectorId: 'con_b' }))).toBe(false);
    expect(refusalOf(await admit({ organizationId: 'org_b', limitKey: 'org_b psn_a' }))).toBe(false);
  });

  it.each([
    ['tool', { toolBurst: 1 }],
    ['client', { clientBurst: 1 }],
    ['connector', { connectorBurst: 1 }],
    ['organization', { organizationBurst: 1 }],
  ] as const)('the limit of a %s holds for all callers together', async (scope, plan) => {
    const { admit } = given(plan);
    release(await admit());
    expect(refusalOf(await admit({ limitKey: 'org_a psn_b' }))).toEqual([scope, 'rate', expect.any(Number)]);
  });

  it.each([
    ['person', { personConcurrent: 2 }],
    ['tool', { toolConcurrent: 2 }],
    ['client', { clientConcurrent: 2 }],
    ['connector', { connectorConcurrent: 2 }],
    ['organization', { organizationConcurrent: 2 }],
  ] as const)('a third call in flight of a %s is refused until one of two ends', async (scope, plan) => {
    const { admit } = given(plan);
    const first = await admit();
    await admit();
    expect(refusalOf(await admit())).toEqual([scope, 'concurrency', 1]);
    release(first);
    expect(refusalOf(await admit())).toBe(false);
  });

  it('a permit that is released twice counts once', async () => {
    const { admit } = given({ personConcurrent: 2 });
    const first = await admit();
    await admit();
    release(first);
    release(first);
    await admit();
    expect(refusalOf(await admit())).toEqual(['person', 'concurrency', 1]);
  });

  it('three processes that take their part admit no more together than the limit, and each at least one call', () => {
    for (const [burst, admittedMax] of [
      [60, 60],
      [10, 9],
      [1, 3],
    ] as const) {
      const { clock, countersFor } = given({ personBurst: burst });
      let admitted = 0;
      for (const counts of [new LocalCounts(clock), new LocalCounts(clock), new LocalCounts(clock)]) {
        for (let count = 0; count < 100; count += 1) {
          const one = admitLocally(counts, countersFor(), 3);
          if ('permit' in one) admitted += 1;
          release(one);
        }
      }
      expect([burst, admitted]).toEqual([burst, admittedMax]);
    }
  });

  it('a process that takes its part begins with what it knows was used', () => {
    const { clock, countersFor } = given();
    const counts = new LocalCounts(clock);
    const [person] = countersFor();
    if (person) counts.setBacklog(person, 30_000, 0);
    let admitted = 0;
    for (let count = 0; count < 60; count += 1) {
      const one = admitLocally(counts, countersFor(), 3);
      if ('permit' in one) admitted += 1;
      release(one);
    }
    expect(admitted).toBe(10);
  });
});
