import { AppError } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { decideAfterFault, killsWorkers } from './after-fault.ts';

const HOUR_MS = 3_600_000;

describe('after a fault of a deploy', () => {
  it.each([
    ['deploy.start_failed', 1, 0, 'fail'],
    ['source.truncated', 1, 0, 'fail'],
    ['internal.unexpected', 4, 0, 'retry'],
    ['internal.unexpected', 5, 0, 'fail'],
    ['sandbox.unavailable', 1, 0, 'wait'],
    ['sandbox.unavailable', 100, HOUR_MS - 1, 'wait'],
    ['sandbox.supervisor_lost', 100, 0, 'wait'],
    ['data.unavailable', 100, 0, 'wait'],
    ['data.organization_busy', 100, 0, 'wait'],
    ['artifacts.unavailable', 100, 0, 'wait'],
    ['artifacts.no_space', 100, HOUR_MS - 1, 'wait'],
    ['deploy.package_store_full', 100, HOUR_MS - 1, 'wait'],
    ['sandbox.unavailable', 1, HOUR_MS, 'give_up'],
    ['artifacts.no_space', 1, HOUR_MS, 'give_up'],
    ['deploy.package_store_full', 1, HOUR_MS, 'give_up'],
  ] as const)('a fault %s at attempt %i after %i ms gets the decision %s', (code, number, sinceStartMs, decision) => {
    expect(decideAfterFault(new AppError(code), { number, sinceStartMs })).toBe(decision);
  });

  it('a step of a deploy is not begun again once twenty workers died in it', () => {
    expect([20, 21].map((number) => killsWorkers({ number }))).toEqual([false, true]);
  });
});
