import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  endProcess,
  identifyProcess,
  isSameProcessRunning,
  processIdentity,
  writeFileAtomically,
} from '@patchbay/embedded';

/**
 * Notes which processes run, so that the next start finds what a killed starter left. Processes of ours end by
 * themselves when they lose the starter; this is for those that hang, and for those that are still draining.
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

  /** Ends what is left of the start before this one. PostgreSQL and Redis are ended by their own starters as well. */
  async endLeft(): Promise<number> {
    const text = await readFile(this.#file, 'utf8').catch(() => '[]');
    const left = processIdentity.array().parse(JSON.parse(text)).filter(isSameProcessRunning);
    // SIGINT is what PostgreSQL takes for a fast shutdown; to ours it means the same as SIGTERM.
    await Promise.all(left.map((identity) => endProcess(identity, { signal: 'SIGINT', graceMs: 5_000 })));
    return left.length;
  }
}
