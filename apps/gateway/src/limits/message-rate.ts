import { AppError, type Clock } from '@patchbay/foundation';
import type { PlanLimits } from '@patchbay/foundation/limits';
import { LRUCache } from 'lru-cache';
import { leaked, type Rate, waitOf } from './gcra.ts';
import { HeldRefusals } from './held-refusals.ts';

const CALLERS_MAX = 50_000;
const ORGANIZATIONS_MAX = 10_000;
/** Messages of two seconds may arrive at once after a pause. */
const BURST_SECONDS = 2;

interface Backlog {
  readonly ms: number;
  readonly atMs: number;
}

/**
 * Messages that a caller and an organization may still send to this gateway, whatever they ask for: counted in this
 * process, before a body is read, so that a flood costs as little as a refusal. The load of calls on
 * connectors has limits of its own.
 */
export class MessageRate {
  readonly #clock: Clock;
  readonly #callers = new LRUCache<string, Backlog>({ max: CALLERS_MAX });
  readonly #organizations = new LRUCache<string, Backlog>({ max: ORGANIZATIONS_MAX });
  readonly #refusals: Pick<HeldRefusals, 'hold'>;

  constructor(clock: Clock, refusals: Pick<HeldRefusals, 'hold'> = new HeldRefusals()) {
    this.#clock = clock;
    this.#refusals = refusals;
  }

  /** @throws AppError `limits.messages` with the time to wait */
  async admit(caller: { readonly limitKey: string; readonly organizationId: string }, plan: PlanLimits): Promise<void> {
    const now = this.#clock.monotonicMs();
    const counted = [
      { backlogs: this.#callers, key: caller.limitKey, rate: perSecond(plan.personMessagesPerSecond) },
      {
        backlogs: this.#organizations,
        key: caller.organizationId,
        rate: perSecond(plan.organizationMessagesPerSecond),
      },
    ];
    const levels = counted.map(({ backlogs, key }) => {
      const known = backlogs.get(key);
      return known === undefined ? 0 : leaked(known.ms, now - known.atMs);
    });
    const waitMs = Math.max(...counted.map(({ rate }, at) => waitOf(levels[at] ?? 0, rate)));
    if (waitMs > 0) {
      await this.#refusals.hold();
      throw new AppError('limits.messages', { retryAfterSeconds: waitMs / 1000 });
    }
    counted.forEach(({ backlogs, key, rate }, at) => {
      backlogs.set(key, { ms: (levels[at] ?? 0) + rate.intervalMs, atMs: now });
    });
  }
}

function perSecond(requests: number): Rate {
  return { intervalMs: 1000 / requests, toleranceMs: 1000 * BURST_SECONDS };
}
