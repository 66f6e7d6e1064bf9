import type { IsolationLayer } from './isolation-layer.ts';

/** Facts that the host gives an attempt; an attacker would guess or scan them. */
export interface AttemptGiven {
  /** A process of the host. */
  readonly hostPid: number;
  /** A port of the host's loopback with a listener. */
  readonly hostPort: number;
  /** An abstract unix socket of the host, without its leading zero byte. */
  readonly abstractSocket: string;
  /** A file of another tenant on the host. */
  readonly otherFile: string;
}

/** One way out of a sandbox. Made inside; judged outside by what it reports. */
export interface EscapeAttempt {
  readonly name: string;
  /** Returns what it obtained. An error is how it was stopped. */
  attempt(given: AttemptGiven): unknown;
  /** The answers of an intact isolation layer. */
  readonly held: RegExp;
  /** Without all of these it gets through: what the tests take away to see it succeed. Absent: there is no such switch. */
  readonly layers?: readonly IsolationLayer[];
  /** Asked outside of any sandbox: false where the machine itself has nothing there to get through. */
  isPossible?(scratchDirectory: string): boolean;
  readonly skip?: string;
}

export interface AttemptResult {
  readonly name: string;
  readonly got: string;
}

/** The error's code where it has one: `EROFS`; else the answer or message, cut. */
export async function runAttempt(attempt: EscapeAttempt, given: AttemptGiven): Promise<AttemptResult> {
  let got: string;
  try {
    got = String(await attempt.attempt(given));
  } catch (error) {
    got = error instanceof Error ? String((error as NodeJS.ErrnoException).code ?? error.message) : String(error); // may be one of Node's
  }
  return { name: attempt.name, got: got.slice(0, 200) };
}
