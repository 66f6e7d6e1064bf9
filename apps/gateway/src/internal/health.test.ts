import { AppError } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { type Dependency, readHealth } from './health.ts';

const away: Dependency['check'] = () => Promise.reject(new Error('connection refused'));
const dependency = (name: string, required: boolean, check: Dependency['check']): Dependency => ({
  name,
  required,
  check,
});

describe('readHealth', () => {
  it('is not ready without what it cannot do without, or while it drains', async () => {
    const health = await readHealth([dependency('database', true, away)], false);
    expect(health).toEqual({
      live: true,
      state: 'unavailable',
      ready: false,
      dependencies: { database: { state: 'away', reasons: ['connection refused'] } },
    });
    expect((await readHealth([], true)).ready).toBe(false);
  });

  it('stays ready when it is only poorer, and says why', async () => {
    const checks = [
      dependency('dashboard', false, away),
      dependency('redis', false, async () => ({ reasons: ['not configured'] })),
    ];
    expect(await readHealth(checks, false)).toMatchObject({
      state: 'degraded',
      ready: true,
      dependencies: { dashboard: { state: 'away' }, redis: { state: 'degraded', reasons: ['not configured'] } },
    });
  });

  it('shows the facts of what is well too, and the inner reason of what is not', async () => {
    const inner = new AppError('data.unavailable', { internal: 'ECONNREFUSED' });
    const checks = [
      dependency('changes', true, async () => ({ reasons: [], facts: { ageMs: 12 } })),
      dependency('database', false, () => Promise.reject(inner)),
    ];
    expect(await readHealth(checks, false)).toMatchObject({
      dependencies: {
        changes: { state: 'ok', facts: { ageMs: 12 } },
        database: { state: 'away', reasons: [expect.stringContaining('ECONNREFUSED')] },
      },
    });
    expect((await readHealth(checks.slice(0, 1), false)).state).toBe('ok');
  });
});
