import type { Logger } from '@patchbay/foundation';

/** Runs the work now and then again `intervalMs` after each end. A failure is logged and waits for its next turn. */
export class Schedule {
  readonly #turn: () => void;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #running = Promise.resolve();

  private constructor(intervalMs: number, work: () => Promise<void>) {
    this.#turn = () => {
      this.#running = work().then(() => {
        if (!this.#closed) this.#timer = setTimeout(this.#turn, intervalMs);
      });
    };
  }

  static every(intervalMs: number, name: string, logger: Logger, work: () => Promise<void>): Schedule {
    const schedule = new Schedule(intervalMs, () =>
      work().catch((error) => logger.warn({ err: error, schedule: name }, 'a scheduled task failed')),
    );
    schedule.#turn();
    return schedule;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }
}
