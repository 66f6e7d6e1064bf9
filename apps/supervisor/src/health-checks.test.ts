import { readHealth } from '@patchbay/foundation/process';
import type { SupervisorHealth } from '@patchbay/sandbox-protocol';
import { describe, expect, it } from 'vitest';
import { supervisorChecks } from './health-checks.ts';

const HEALTH: SupervisorHealth = {
  ready: true,
  driver: 'bubblewrap',
  walls: { state: 'complete', missing: [] },
  limits: { state: 'full', reasons: [] },
  sandboxes: { starting: 0, live: 1, busy: 0, draining: 0 },
  queued: 0,
  snapshot: { state: 'resumed', reason: null, takenAt: null },
  pool: { size: 4, waiting: 4, taken: 0, missed: 0 },
  coldStarts: 1,
  crashes: 0,
  droppedLogLines: 0,
  bootId: 'b',
};
const read = (given: Partial<SupervisorHealth>, requireFullLimits = false) =>
  readHealth(
    supervisorChecks(() => ({ ...HEALTH, ...given }), { requireFullLimits }),
    false,
  );
const REDUCED = { state: 'reduced', reasons: ['no cgroups'] } as const;

describe('the health of a supervisor', () => {
  it('a supervisor is down when an isolation layer is missing', async () => {
    expect(await read({ walls: { state: 'missing', missing: ['seccomp filter'] } })).toMatchObject({
      state: 'down',
      reasons: ['isolation: isolation layer missing: seccomp filter'],
      checks: { isolation: { facts: { driver: 'bubblewrap' } } },
    });
  });

  it('a supervisor is down for reduced limits where full limits are required, and degraded elsewhere', async () => {
    expect(await read({ limits: REDUCED }, true)).toMatchObject({
      state: 'down',
      reasons: ['limits: limits reduced: no cgroups'],
    });
    expect((await read({ limits: REDUCED })).state).toBe('degraded');
  });

  it('a supervisor is degraded while sandboxes start without a snapshot, or without isolation', async () => {
    const plain = { state: 'plain', reason: 'not taken yet', takenAt: null } as const;
    expect(await read({ snapshot: plain })).toMatchObject({
      state: 'degraded',
      reasons: ['sandboxes: sandboxes start without a snapshot: not taken yet'],
    });
    expect(await read({ walls: { state: 'off', missing: ['isolation is off'] } })).toMatchObject({
      state: 'degraded',
      reasons: ['isolation: isolation is off'],
    });
  });

  it('a supervisor is ok with every layer and limit, and reports what its sandboxes do', async () => {
    expect(await read({})).toMatchObject({ state: 'ok', checks: { sandboxes: { facts: { live: 1, crashes: 0 } } } });
  });
});
