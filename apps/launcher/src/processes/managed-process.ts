import { setTimeout as delay } from 'node:timers/promises';
import type { RunningService } from '@patchbay/embedded';
import { type SilenceOptions, untilSilent } from './watch-silence.ts';

/** Clients stop before the servers they call. Names in one row stop together. */
export const STOP_ORDER = [
  ['dashboard', 'gateway'],
  ['worker'],
  ['supervisor'],
  ['spawner', 'keyholder'],
  ['redis', 'postgres'],
] as const;

export interface ProcessEvents {
  /** The process runs: for the first time, or after a restart. */
  onRunning(name: string, pid: number): void;
  /** A line for the person at the terminal. */
  say(text: string): void;
  /** The probe that detects a process that runs but does not answer. Without it only its end is noticed. */
  readonly silence?: SilenceOptions;
}

/** Waits before the first, second, … attempt to start a process again. The last one stays. */
const RESTART_DELAYS_MS = [0, 100, 250, 500, 1_000, 2_000, 5_000] as const;
/** A process that ran this long has recovered: the next failure begins at the shortest wait again. */
const RECOVERED_AFTER_MS = 30_000;

/** The wait before an attempt, counted from 0. */
export function restartDelayMs(attempt: number): number {
  return RESTART_DELAYS_MS[attempt] ?? 5_000;
}

/** One process of the installation, started again whenever it ends without being asked to, or answers no more. */
export class ManagedProcess {
  readonly name: string;
  readonly #start: () => Promise<RunningService>;
  readonly #events: ProcessEvents;
  readonly #stopping = new AbortController();
  #running: RunningService | undefined;
  #first: Promise<void> | undefined;
  #watching: Promise<void> | undefined;

  constructor(name: string, start: () => Promise<RunningService>, events: ProcessEvents) {
    this.name = name;
    this.#start = start;
    this.#events = events;
  }

  /** The first start: what goes wrong here goes wrong again, so it is thrown instead of tried again. */
  async start(): Promise<void> {
    this.#first = this.#run();
    await this.#first;
    this.#watching = this.#watch();
  }

  /** Stops it for good and returns when it is gone, also when it is just being started. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#first?.catch(() => {}); // reported to the caller of start
    await this.#running?.stop();
    await this.#watching;
  }

  async #run(): Promise<void> {
    const running = await this.#start();
    this.#running = running;
    if (this.#stopping.signal.aborted) await running.stop();
    else this.#events.onRunning(this.name, running.pid);
  }

  async #watch(): Promise<void> {
    let attempt = 0;
    for (;;) {
      const since = performance.now();
      const { how, wasSilent } = await this.#end();
      if (this.#stopping.signal.aborted) return;
      if (!wasSilent && performance.now() - since > RECOVERED_AFTER_MS) attempt = 0;
      this.#events.say(`${this.name} ended (${how}); starting it again`);
      attempt = await this.#restart(attempt);
      if (this.#stopping.signal.aborted) return;
      this.#events.say(`${this.name} runs again`);
    }
  }

  /** Waits until it has ended; one that does not answer any more is ended, by force when it ignores the signal too. */
  async #end(): Promise<{ how: string; wasSilent: boolean }> {
    const running = this.#running;
    if (!running) return { how: 'never ran', wasSilent: false };
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#stopping.signal]);
    const { silence } = this.#events;
    let wasSilent = false;
    const watching = silence
      ? untilSilent(silence, signal).then(async (isSilent) => {
          if (!isSilent) return;
          wasSilent = true;
          this.#events.say(`${this.name} runs and has not answered ${silence.questionsMax} times in a row; ending it`);
          await running.stop();
        })
      : undefined;
    const how = await running.ended;
    over.abort();
    await watching;
    return { how, wasSilent };
  }

  /** Tries until it runs or is to stop; returns how many waits were used up. */
  async #restart(attempt: number): Promise<number> {
    for (let next = attempt; ; next += 1) {
      await delay(restartDelayMs(next), undefined, { signal: this.#stopping.signal }).catch(() => {});
      if (this.#stopping.signal.aborted) return next;
      try {
        await this.#run();
        return next + 1;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#events.say(`${this.name} does not start: ${reason}`);
      }
    }
  }
}
