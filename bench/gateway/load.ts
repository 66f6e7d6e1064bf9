import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { LoadPlan, LoadResult } from './load-process.ts';

/** The one process that sends load, kept for all measurements so that each meets the same warm program. */
export class Load {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  constructor() {
    this.#child = fork(path.join(import.meta.dirname, 'load-process.ts'));
    this.#ended = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`the load process ended (${code})`);
    });
    this.#ended.catch(() => {}); // reported to the caller that waits for a result
  }

  /** @throws Error when a call fails */
  async run(plan: LoadPlan): Promise<LoadResult> {
    const answered = once(this.#child, 'message');
    this.#child.send(plan);
    const [answer] = (await Promise.race([answered, this.#ended])) as [{ result?: LoadResult; error?: string }]; // load-process.ts sends nothing else
    if (!answer.result) throw new Error(`${plan.url}: ${answer.error}`);
    return answer.result;
  }

  close(): void {
    this.#child.disconnect();
  }
}
