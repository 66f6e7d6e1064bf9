import type { AppError, ErrorCode } from '@patchbay/foundation';
import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';

/** A step that fails this often by something else than what was uploaded is given up. */
const ATTEMPTS_MAX = DEPLOY_LIMITS.attempts.value;
/** A step during which this many workers died: it may be what kills them. */
const DEATHS_MAX = 20;
/** How long a version waits for the platform, from the first attempt of its step. */
const PATIENCE_MS = DEPLOY_LIMITS.patience.value;

/** Faults that end by a restart or more space: they spend no attempt of the version. */
const PLATFORM_AWAY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'sandbox.unavailable',
  'sandbox.supervisor_lost',
  'sandbox.outcome_unknown',
  'sandbox.no_capacity',
  'data.unavailable',
  'data.organization_busy',
  'artifacts.unavailable',
  'artifacts.no_space',
  'deploy.package_store_full',
]);

export interface Attempt {
  /** From 1; attempts that the platform interrupted are not counted. */
  readonly number: number;
  /** Since the step was first begun. Milliseconds. */
  readonly sinceStartMs: number;
}

/**
 * `wait`: again, and it counts for nothing; `retry`: again, and it counts; `fail`: the version ends here; `give_up`: it
 * ends because the platform stayed away.
 */
export function decideAfterFault({ code, spec }: Pick<AppError, 'code' | 'spec'>, attempt: Attempt) {
  if (PLATFORM_AWAY.has(code)) return attempt.sinceStartMs < PATIENCE_MS ? 'wait' : 'give_up';
  const isOurs = spec.owner === 'platform' || spec.owner === 'upstream';
  return isOurs && attempt.number < ATTEMPTS_MAX ? 'retry' : 'fail';
}

/** Whether so many workers died in a step that it is not tried again. */
export function killsWorkers({ number }: Pick<Attempt, 'number'>): boolean {
  return number > DEATHS_MAX;
}
