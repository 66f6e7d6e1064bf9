/** Observe, plan, execute: once a second, and soon after something was taken from the pool. Never while a call waits for it. */
import type { Clock } from '@patchbay/foundation';
import { type ObservedSandbox, type PoolBounds, planPool } from './plan-pool.ts';
import type { WarmPool } from './warm-pool.ts';
import type { WarmSandbox } from './warm-sandbox.ts';

const TICK_MS = 1_000;
/** A burst of first calls shall be served before its replacements start. */
const AFTER_TAKE_MS = 25;
const PAUSE_AFTER_FAILURE_MS = { first: 1_000, most: 60_000 };

export interface PoolKeeperOptions {
  readonly pool: WarmPool;
  readonly bounds: PoolBounds;
  readonly clock: Clock;
  /** The assigned sandboxes. */
  observe(): ObservedSandbox[];
  stopSandbox(id: string): void;
  /** Starts that a call waits for. */
  startsAwaited(): number;
  startWarm(): Promise<WarmSandbox>;
  /** Memory this process and its children may still take. */
  availableMemoryBytes(): number;
  /** Called on every tick, for what else is due from time to time. */
  onTick(): void;
}

export class PoolKeeper {
  readonly #options: PoolKeeperOptions;
  readonly #timer: NodeJS.Timeout;
  #soon: NodeJS.Timeout | undefined;
  #starting: Promise<void> | null = null;
  #failures = 0;
  #pausedUntilMs = 0;
  #isClosed = false;
  #isFilling = false;

  constructor(options: PoolKeeperOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      options.onTick();
      this.#keep();
    }, TICK_MS);
    this.#timer.unref();
  }

  /** From here on the pool is kept full. Resolves when it is for the first time, or cannot be. */
  async fill(): Promise<void> {
    this.#isFilling = true;
    for (;;) {
      this.#keep();
      if (this.#starting === null) return;
      await this.#starting;
    }
  }

  /** Something was taken: look again soon. */
  wake(): void {
    if (!this.#isFilling || this.#isClosed) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#keep();
    }, AFTER_TAKE_MS).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    await this.#starting;
    await this.#options.pool.close();
  }

  #keep(): void {
    if (this.#isClosed) return;
    const { pool, bounds, clock } = this.#options;
    const observation = {
      nowMs: clock.monotonicMs(),
      availableMemoryBytes: this.#options.availableMemoryBytes(),
      sandboxes: this.#options.observe(),
      warm: pool.observe(),
      warmStarting: this.#starting ? 1 : 0,
      startsAwaited: this.#options.startsAwaited(),
    };
    const plan = planPool(observation, bounds);
    for (const id of plan.stopSandboxes) this.#options.stopSandbox(id);
    for (const id of plan.stopWarm) void pool.stop(id);
    if (plan.startWarm > 0 && this.#isFilling && observation.nowMs >= this.#pausedUntilMs) this.#startOne();
  }

  #startOne(): void {
    this.#starting = this.#start().finally(() => {
      this.#starting = null;
      this.wake();
    });
  }

  async #start(): Promise<void> {
    const { pool, clock, startWarm } = this.#options;
    try {
      pool.add(await startWarm());
      this.#failures = 0;
    } catch {
      // A host that cannot start warm sandboxes reports the reason on the first call, which starts its own.
      const { first, most } = PAUSE_AFTER_FAILURE_MS;
      this.#pausedUntilMs = clock.monotonicMs() + Math.min(most, first * 2 ** this.#failures);
      this.#failures += 1;
    }
  }
}
