import { describe, expect, it } from 'vitest';
import { type ObservedSandbox, type PoolBounds, type PoolObservation, planPool, planRoom } from './plan-pool.ts';

const MIB = 1024 * 1024;
const BOUNDS: PoolBounds = {
  size: 4,
  idleMs: 60_000,
  idlePersonalMs: 15_000,
  warmAgeMaxMs: 3_600_000,
  memoryReserveBytes: 500 * MIB,
  sandboxBytes: 50 * MIB,
};
const NOW = 10_000_000;

const observed = (given: Partial<PoolObservation> = {}): PoolObservation => ({
  nowMs: NOW,
  availableMemoryBytes: 4_000 * MIB,
  sandboxes: [],
  warm: [],
  warmStarting: 0,
  startsAwaited: 0,
  ...given,
});
const warmOnes = (count: number, ageMs = 0) =>
  Array.from({ length: count }, (_, index) => ({ id: `b${index}`, sinceMs: NOW - ageMs }));
const sandbox = (id: string, restedMs: number | null, given: Partial<ObservedSandbox> = {}): ObservedSandbox => ({
  id,
  organizationId: 'org_1',
  isPersonal: false,
  idleSinceMs: restedMs === null ? null : NOW - restedMs,
  ...given,
});

describe('planPool', () => {
  it.each([
    ['the pool is full', { warm: warmOnes(4) }],
    ['one is starting', { warmStarting: 1 }],
    ['a call waits for a start and half of the pool is there', { startsAwaited: 1, warm: warmOnes(2) }],
    ['memory would fall below the reserve', { availableMemoryBytes: 599 * MIB }],
  ])('starts no warm sandbox while %s', (_when, given) => {
    expect(planPool(observed(given), BOUNDS).startWarm).toBe(0);
  });

  it('starts one warm sandbox at a time', () => {
    expect(planPool(observed({ warm: warmOnes(1) }), BOUNDS).startWarm).toBe(1);
    expect(planPool(observed({ availableMemoryBytes: 600 * MIB }), BOUNDS).startWarm).toBe(1);
  });

  it('fills the half of the pool that is kept for others even while calls wait for starts', () => {
    expect(planPool(observed({ startsAwaited: 4, warm: warmOnes(1) }), BOUNDS).startWarm).toBe(1);
  });

  it('never stops a sandbox that works, however little memory is left', () => {
    const plan = planPool(observed({ availableMemoryBytes: 0, sandboxes: [sandbox('s', null)] }), BOUNDS);
    expect(plan).toEqual({ stopSandboxes: [], stopWarm: [], startWarm: 0 });
  });

  it('stops shared sandboxes after a minute of rest and personal ones after a quarter of it', () => {
    const sandboxes = [
      sandbox('shared at 59', 59_999),
      sandbox('shared at 60', 60_000),
      sandbox('personal at 14', 14_999, { isPersonal: true }),
      sandbox('personal at 15', 15_000, { isPersonal: true }),
    ];
    expect(planPool(observed({ sandboxes }), BOUNDS).stopSandboxes).toEqual(['shared at 60', 'personal at 15']);
  });

  it('stops warm sandboxes first under memory pressure, then the longest idle, and no more than needed', () => {
    const sandboxes = [
      sandbox('young', 1_000),
      sandbox('old', 30_000),
      sandbox('busy', null),
      sandbox('middle', 9_000),
    ];
    const pressed = (availableMemoryBytes: number) =>
      planPool(observed({ availableMemoryBytes, sandboxes, warm: warmOnes(1) }), BOUNDS);
    expect(pressed(500 * MIB)).toEqual({ stopSandboxes: [], stopWarm: [], startWarm: 0 });
    expect(pressed(499 * MIB)).toEqual({ stopSandboxes: [], stopWarm: ['b0'], startWarm: 0 });
    expect(pressed(351 * MIB)).toEqual({ stopSandboxes: ['old', 'middle'], stopWarm: ['b0'], startWarm: 0 });
  });

  it('counts the memory of sandboxes that rest too long as available', () => {
    const sandboxes = [sandbox('expired', 61_000), sandbox('resting', 1_000)];
    const plan = planPool(observed({ availableMemoryBytes: 450 * MIB, sandboxes }), BOUNDS);
    expect(plan.stopSandboxes).toEqual(['expired']);
  });

  it('replaces warm sandboxes that waited too long', () => {
    const plan = planPool(observed({ warm: warmOnes(4, 3_600_000) }), BOUNDS);
    expect(plan).toMatchObject({ stopWarm: ['b0', 'b1', 'b2', 'b3'], startWarm: 1 });
  });
});

describe('planRoom', () => {
  const bounds = { live: 4, livePerOrganization: 3 };
  const of = (organizationId: string, id: string, restedMs: number | null) => sandbox(id, restedMs, { organizationId });

  it('refuses a start when every sandbox that could be stopped is at work', () => {
    const full = ['a', 'b', 'c', 'd'].map((id) => of(`org_${id}`, id, null));
    expect(() => planRoom(full, 'org_new', bounds)).toThrow(
      expect.objectContaining({ code: 'sandbox.no_capacity', detail: expect.stringContaining('host may have 4') }),
    );
  });

  it('refuses an organization at its own bound rather than stop another’s sandbox', () => {
    const sandboxes = [of('org_b', 'other', 9_000), ...['1', '2', '3'].map((id) => of('org_a', id, null))];
    expect(() => planRoom(sandboxes, 'org_a', { ...bounds, live: 99 })).toThrow(
      expect.objectContaining({ detail: expect.stringContaining('organization may have 3'), retryAfterSeconds: 1 }),
    );
  });

  it('evicts no sandbox while there is room', () => {
    expect(planRoom([of('org_a', '1', 1)], 'org_a', bounds)).toEqual([]);
  });

  it('evicts the longest idle sandbox of an organization at its bound', () => {
    const sandboxes = [of('org_b', 'other', 9_000), of('org_a', '1', 10), of('org_a', '2', 30), of('org_a', '3', 20)];
    expect(planRoom(sandboxes, 'org_a', bounds)).toEqual(['2']);
  });

  it('an organization with many sandboxes evicts its own on a full host although another rested longer', () => {
    const sandboxes = [
      of('org_b', 'b1', 9_000),
      of('org_b', 'b2', 8_000),
      of('org_a', 'a1', 10),
      of('org_a', 'a2', 20),
    ];
    expect(planRoom(sandboxes, 'org_a', bounds)).toEqual(['a2']);
  });

  it('evicts the longest idle sandbox for an organization that holds less than its share', () => {
    const sandboxes = [of('org_b', 'b1', 10), of('org_b', 'b2', 30), of('org_b', 'b3', 20), of('org_a', 'a1', 9)];
    expect(planRoom(sandboxes, 'org_a', bounds)).toEqual(['b2']);
  });
});
