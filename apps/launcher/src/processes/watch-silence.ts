import { setTimeout as delay } from 'node:timers/promises';

export interface SilenceOptions {
  /** Asks the process something that costs it nothing. Rejects when it does not answer. */
  ask(signal: AbortSignal): Promise<unknown>;
  /** Milliseconds between an answer and the next question, and how long one may take. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Questions in a row without an answer until the process counts as silent. */
  readonly questionsMax: number;
}

/**
 * 40 to 80 seconds: longer than a garbage collection, a busy machine or a debugger's step, and counted in questions, so
 * that a machine which slept does not wake up to processes that are ended.
 */
export const SILENCE = { intervalMs: 5_000, timeoutMs: 5_000, questionsMax: 8 } as const;

/** Resolves with true when the process was silent for too long, with false when `signal` ended the watch. */
export async function untilSilent(options: SilenceOptions, signal: AbortSignal): Promise<boolean> {
  let unanswered = 0;
  while (!signal.aborted) {
    await delay(options.intervalMs, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return false;
    const late = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]);
    const isAnswered = await options.ask(late).then(
      () => true,
      () => false,
    );
    unanswered = isAnswered ? 0 : unanswered + 1;
    if (unanswered >= options.questionsMax) return !signal.aborted;
  }
  return false;
}

/** The watch of a process that answers at the URL; without one it is watched by its end alone. */
export function watchOf(url: string | null): SilenceOptions | undefined {
  return url === null ? undefined : { ...SILENCE, ask: askUrl(url) };
}

/** Any answer of the URL, whatever its status: that the process still answers is all that is asked. */
export function askUrl(url: string): SilenceOptions['ask'] {
  return async (signal) => {
    const answer = await fetch(url, { redirect: 'manual', signal });
    await answer.body?.cancel();
  };
}
