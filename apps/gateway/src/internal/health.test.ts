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
      ready: false,
      dependencies: { database: { state: 'away', reasons: ['connection refused'] } },
    });
    expect((await readHealth([], true)).ready).toBe(false);
  });

  it('stays ready when it is only poorer, and says why', async () => {
    const checks = [dependency('dashboard', false, away), dependency('redis', false, async () => ['not configured'])];
    expect(await readHealth(checks, false)).toMatchObject({
      ready: true,
      dependencies: { dashboard: { state: 'away' }, redis: { state: 'degraded', reasons: ['not configured'] } },
    });
  });
});
