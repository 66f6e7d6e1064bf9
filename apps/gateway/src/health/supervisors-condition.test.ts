import type { SupervisorReport } from '@patchbay/sandbox-client';
import type { SupervisorHealth } from '@patchbay/sandbox-protocol';
import { describe, expect, it } from 'vitest';
import { supervisorsCondition } from './supervisors-condition.ts';

const HEALTH: SupervisorHealth = {
  ready: true,
  driver: 'bubblewrap',
  queued: 0,
  coldStarts: 1,
  crashes: 0,
  droppedLogLines: 0,
  bootId: 'b',
  walls: { state: 'complete', missing: [] },
  limits: { state: 'full', reasons: [] },
  sandboxes: { starting: 0, live: 1, busy: 0, draining: 0 },
  snapshot: { state: 'resumed', reason: null, takenAt: null },
  pool: { size: 4, waiting: 4, taken: 0, missed: 0 },
};
const NOW = new Date('2026-11-26T10:00:00Z');
const host = (hostId: string, given: Partial<SupervisorReport> = {}): SupervisorReport => ({
  hostId,
  address: '10.0.0.1:7443',
  state: 'serving',
  reason: null,
  inFlight: 0,
  health: HEALTH,
  version: 2,
  certificatesEnd: null,
  ...given,
});
const lost = host('b', { state: 'away', reason: 'no heartbeat for three seconds', health: null });
const isolation = { state: 'missing', missing: ['seccomp filter'] } as const;
const refusing = host('c', { state: 'refusing', health: { ...HEALTH, ready: false, walls: isolation } });

describe('supervisorsCondition', () => {
  it('the supervisors’ condition is down when no host runs connectors, with the reason of each host', () => {
    expect(supervisorsCondition([lost, refusing], NOW)).toMatchObject({
      state: 'down',
      reasons: ['b: no heartbeat for three seconds', 'c: isolation layer missing: seccomp filter'],
      facts: {
        hosts: [
          { hostId: 'b', state: 'down' },
          { hostId: 'c', state: 'down', isolation: 'missing' },
        ],
      },
    });
    expect(supervisorsCondition([], NOW)).toMatchObject({ state: 'down', reasons: ['no supervisor is known'] });
  });

  it('the supervisors’ condition is degraded when only some hosts serve, and names the others', () => {
    expect(supervisorsCondition([host('a'), lost, host('d', { state: 'leaving' })], NOW)).toMatchObject({
      state: 'degraded',
      reasons: ['b: no heartbeat for three seconds', 'd: it drains and ends'],
      facts: {
        hosts: [
          { hostId: 'a', state: 'ok', isolation: 'complete' },
          { hostId: 'b', state: 'down' },
          { hostId: 'd', state: 'down' },
        ],
      },
    });
  });

  it('the supervisors’ condition is degraded by a certificate that expires within a month', () => {
    const soon = supervisorsCondition([host('a', { certificatesEnd: new Date('2026-12-20T00:00:00Z') })], NOW);
    expect(soon.reasons).toEqual(["a: a certificate, its own or this gateway's, runs out on 2026-12-20"]);
    expect(supervisorsCondition([host('a', { certificatesEnd: new Date('2027-02-01') })], NOW).reasons).toEqual([]);
  });

  it('the supervisors’ condition is ok when all hosts have all limits, and names a reduced limit', () => {
    expect(supervisorsCondition([host('a'), host('b')], NOW).reasons).toEqual([]);
    const limits = { state: 'reduced', reasons: ['no cgroups'] } as const;
    expect(supervisorsCondition([host('a', { health: { ...HEALTH, limits } })], NOW).reasons).toEqual([
      'a: limits reduced: no cgroups',
    ]);
  });
});
