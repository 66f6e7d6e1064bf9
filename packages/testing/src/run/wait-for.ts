import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds until it gives up. */
  readonly deadlineMs?: number;
  /** Completes "waited in vain for …". */
  readonly what?: string;
}

/** Between the first questions, and at most: each question takes time from what is waited for. */
const PAUSE_MS = { first: 10, most: 80 } as const;
const PAUSE_GROWTH = 1.25;

/**
 * Polls until the answer is truthy, and returns it. For conditions without an event; an event is awaited instead. A
 * condition that throws counts as not met; its last error is the cause of the failure.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const deadline = performance.now() + (options.deadlineMs ?? 30_000);
  let cause: unknown;
  let pauseMs: number = PAUSE_MS.first;
  for (;;) {
    try {
      const answer = await condition();
      if (answer) return answer as Exclude<T, false | null | undefined | 0 | ''>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited in vain for ${options.what ?? condition.toString()}`, { cause });
    }
    await delay(pauseMs);
    pauseMs = Math.min(pauseMs * PAUSE_GROWTH, PAUSE_MS.most);
  }
}
