/** The warm sandboxes that wait. Each is assigned at most once, and never comes back. */
import type { SandboxProcess } from '../drivers/driver.ts';
import { FairShare } from './fair-share.ts';
import type { ObservedWarm } from './plan-pool.ts';
import type { WarmSandbox } from './warm-sandbox.ts';

/** How long a take counts against an organization's share. */
const SHARE_WINDOW_MS = 2_000;

export class WarmPool {
  readonly size: number;
  readonly #waiting = new Map<string, WarmSandbox>();
  readonly #share = new FairShare(SHARE_WINDOW_MS);
  /** Calls that found one, and calls that had to start their own, since this boot. */
  taken = 0;
  missed = 0;

  constructor(size: number) {
    this.size = size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Puts in one that is ready. It leaves by itself when it ends. */
  add(warm: WarmSandbox): void {
    this.#waiting.set(warm.id, warm);
    void warm.ended.then(() => this.#waiting.delete(warm.id));
  }

  /** One that has waited, or null: then the organization starts its own. */
  take(organizationId: string, nowMs: number): SandboxProcess | null {
    if (this.#share.take(organizationId, this, nowMs)) {
      for (const [id, warm] of this.#waiting) {
        this.#waiting.delete(id);
        const process = warm.claim();
        if (!process) continue;
        this.taken += 1;
        return process;
      }
    }
    this.missed += 1;
    return null;
  }

  observe(): ObservedWarm[] {
    return [...this.#waiting.values()].map(({ id, sinceMs }) => ({ id, sinceMs }));
  }

  async stop(id: string): Promise<void> {
    const warm = this.#waiting.get(id);
    this.#waiting.delete(id);
    await warm?.stop();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#waiting.keys()].map((id) => this.stop(id)));
  }
}
