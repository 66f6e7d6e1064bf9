import { AppError } from '@patchbay/foundation';

export interface StartRateBounds {
  readonly perSecond: number;
  /** Starts that pass at once after a rest. */
  readonly burst: number;
  /** A start that would have to wait longer is refused. */
  readonly waitMsMax: number;
}

/**
 * How often sandboxes may start for one organization. Checked before the pool is touched, so that one which cycles
 * through its connectors drains neither the pool nor the uids of the others. Pure: the clock is the caller's.
 */
export class StartRate {
  readonly #bounds: StartRateBounds;
  readonly #intervalMs: number;
  /** When each organization's next start would be due at its steady rate. */
  readonly #dueAtMs = new Map<string, number>();

  constructor(bounds: StartRateBounds) {
    this.#bounds = bounds;
    this.#intervalMs = 1_000 / bounds.perSecond;
  }

  /** Takes one start and answers how many milliseconds it has to wait. @throws AppError `sandbox.starts_exceeded` */
  take(organizationId: string, nowMs: number): number {
    const { perSecond, burst, waitMsMax } = this.#bounds;
    const restedMs = nowMs - burst * this.#intervalMs;
    for (const [id, dueAtMs] of this.#dueAtMs) if (dueAtMs <= restedMs) this.#dueAtMs.delete(id);
    const nextMs = (this.#dueAtMs.get(organizationId) ?? restedMs) + this.#intervalMs;
    const waitMs = Math.max(0, nextMs - nowMs);
    if (waitMs > waitMsMax) {
      throw new AppError('sandbox.starts_exceeded', {
        detail: `This organization may start ${perSecond} sandboxes per second, ${burst} at once after a rest.`,
        data: { limit: 'starts', perSecond, burst },
        retryAfterSeconds: Math.ceil(waitMs / 1_000),
      });
    }
    this.#dueAtMs.set(organizationId, nextMs);
    return waitMs;
  }
}
