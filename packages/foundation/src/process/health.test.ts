import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { answered, conditionOf, downFor, type HealthCheck, readHealth } from './health.ts';

const away: HealthCheck['read'] = () => Promise.reject(new Error('connection refused'));
const check = (name: string, required: boolean, read: HealthCheck['read']): HealthCheck => ({ name, required, read });

describe('readHealth', () => {
  it('health is down when a required check is down, and lists the reasons', async () => {
    expect(await readHealth([check('database', true, away)], false)).toEqual({
      state: 'down',
      reasons: ['database: connection refused'],
      checks: { database: { state: 'down', reasons: ['connection refused'] } },
    });
  });

  it('health is down while the process drains, however well its checks are', async () => {
    expect(await readHealth([], true)).toEqual({ state: 'down', reasons: ['the process drains and ends'], checks: {} });
  });

  it('health is degraded when a check that is not required is down or degraded', async () => {
    const checks = [
      check('dashboard', false, away),
      check('redis', false, async () => conditionOf(['not configured'])),
    ];
    expect(await readHealth(checks, false)).toMatchObject({
      state: 'degraded',
      reasons: ['dashboard: connection refused', 'redis: not configured'],
      checks: { dashboard: { state: 'down' }, redis: { state: 'degraded', reasons: ['not configured'] } },
    });
  });

  it('health is ok when every check is ok, and shows the facts of each', async () => {
    const checks = [
      check('changes', true, async () => conditionOf([], { ageMs: 12 })),
      check('database', true, () => answered(Promise.resolve(1))),
    ];
    expect(await readHealth(checks, false)).toEqual({
      state: 'ok',
      reasons: [],
      checks: {
        changes: { state: 'ok', reasons: [], facts: { ageMs: 12 } },
        database: { state: 'ok', reasons: [] },
      },
    });
  });

  it('health shows the facts of a check that is down, and the internal reason of an error', async () => {
    const checks = [
      check('supervisor', true, async () => downFor(['no host runs connectors'], { hosts: [] })),
      check('database', true, () =>
        answered(Promise.reject(new AppError('data.unavailable', { internal: 'ECONNREFUSED' }))),
      ),
    ];
    expect((await readHealth(checks, false)).checks).toMatchObject({
      supervisor: { state: 'down', facts: { hosts: [] } },
      database: { state: 'down', reasons: [expect.stringContaining('ECONNREFUSED')] },
    });
  });
});
