import path from 'node:path';
import {
  endProcess,
  identifyProcess,
  isSameProcessRunning,
  processIdentity,
  readJsonFile,
  writeFileAtomically,
} from '@patchbay/embedded';
import { AppError } from '@patchbay/foundation';

/**
 * Records the running processes, so that the next start finds those that a killed launcher left. Processes of ours end
 * by themselves when they lose the launcher; this is for those that hang, and for those that are still draining.
 */
export class ProcessRecord {
  readonly #file: string;
  #processes: Readonly<Record<string, number>> = {};
  #writing: Promise<void> = Promise.resolve();

  constructor(runDirectory: string) {
    this.#file = path.join(runDirectory, 'processes.json');
  }

  get processes(): Readonly<Record<string, number>> {
    return this.#processes;
  }

  async note(name: string, pid: number): Promise<void> {
    this.#processes = { ...this.#processes, [name]: pid };
    const identities = Object.values(this.#processes).map(identifyProcess);
    const text = JSON.stringify(identities.filter((identity) => identity !== null));
    this.#writing = this.#writing.catch(() => {}).then(() => writeFileAtomically(this.#file, text));
    await this.#writing;
  }

  /**
   * Ends the processes left by the previous start. PostgreSQL and Redis are ended by their own start functions as well,
   * and ours end without their launcher: a list that cannot be read is reported and does not stop the start.
   */
  async endLeft(say: (text: string) => void): Promise<number> {
    const wayBack = 'It is written again. A process of an earlier start that hangs must be ended by hand.';
    const listed = await readJsonFile({ file: this.#file, schema: processIdentity.array(), wayBack }).catch(
      (error: unknown) => {
        if (!(error instanceof AppError)) throw error;
        say(error.message);
        return null;
      },
    );
    const left = (listed ?? []).filter(isSameProcessRunning);
    // SIGINT is what PostgreSQL takes for a fast shutdown; to ours it means the same as SIGTERM.
    await Promise.all(left.map((identity) => endProcess(identity, { signal: 'SIGINT', graceMs: 5_000 })));
    return left.length;
  }
}
