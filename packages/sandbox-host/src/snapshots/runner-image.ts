/**
 * The image from which sandboxes start the runner: its startup snapshot where there is one, the plain program
 * otherwise. The snapshot belongs to exactly one runner and one Node binary and is taken again every day, because V8's
 * hash seed is frozen in it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, type Clock } from '@patchbay/foundation';
import type { SupervisorHealth } from '@patchbay/sandbox-protocol';
import type { Programs } from '../programs/programs.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** After a failure; a host that cannot take one would retry without end. */
const RETRY_MS = 60 * 60 * 1000;
/** Age of snapshots of other runners: another supervisor on this directory may still start from them. */
const FOREIGN_AGE_MAX_MS = 2 * DAY_MS;

export interface RunnerImage {
  readonly programFile: string;
  readonly snapshotFile?: string;
}

export interface RunnerImagesOptions {
  /** Directory of snapshots; sandboxes must be able to read them. Without it the plain program is used. */
  readonly directory?: string | undefined;
  readonly programs: Programs;
  readonly nodeFile: string;
  readonly clock: Clock;
  /** Options of Node that must be the same when the snapshot is taken and resumed. */
  readonly flags: readonly string[];
  /** Runs the program in a sandbox and returns its snapshot. @throws Error with the reason */
  take(program: Uint8Array, flags: readonly string[]): Promise<Uint8Array>;
  /** Starts one sandbox from the image and waits until it is ready. @throws Error when it does not get there */
  attempt(image: RunnerImage): Promise<void>;
}

export class RunnerImages {
  readonly #options: RunnerImagesOptions;
  #snapshotFile: string | null = null;
  #takenAtMs = 0;
  #dueAtMs = 0;
  #reason: string | null;
  #refreshing: Promise<void> | null = null;

  constructor(options: RunnerImagesOptions) {
    this.#options = options;
    this.#reason = options.directory === undefined ? 'snapshots are switched off' : 'not taken yet';
  }

  get health(): SupervisorHealth['snapshot'] {
    const takenAt = this.#snapshotFile === null ? null : new Date(this.#takenAtMs).toISOString();
    return { state: this.#snapshotFile === null ? 'plain' : 'resumed', reason: this.#reason, takenAt };
  }

  async current(): Promise<RunnerImage> {
    const programFile = await this.#options.programs.file('runner');
    return this.#snapshotFile === null ? { programFile } : { programFile, snapshotFile: this.#snapshotFile };
  }

  /** Finds or takes the snapshot when that is due. Never throws: what failed is in the health, the plain program serves. */
  refresh(): Promise<void> {
    const { directory, clock } = this.#options;
    if (directory === undefined || clock.now().getTime() < this.#dueAtMs) return Promise.resolve();
    this.#refreshing ??= this.#find(directory)
      .catch((error: unknown) => {
        this.#dueAtMs = clock.now().getTime() + RETRY_MS;
        this.#reason = reasonOf(error).slice(0, 2000);
      })
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  /** Resolves when no snapshot is being taken or tried. */
  async settled(): Promise<void> {
    await this.#refreshing;
  }

  async #find(directory: string): Promise<void> {
    const { programs, nodeFile, flags, clock } = this.#options;
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const program = await readFile(await programs.file('resumable'));
    const node = await stat(nodeFile);
    const identity = [process.version, process.arch, nodeFile, node.size, node.mtimeMs, ...flags].join('\0');
    const key = createHash('sha256').update(program).update(identity).digest('hex').slice(0, 16);
    const file = join(directory, `runner-${key}.blob`);
    const known = await stat(file).catch(() => null);
    const isFresh = known !== null && clock.now().getTime() - known.mtimeMs < DAY_MS;
    if (!isFresh) await this.#take(program, file);
    else if (this.#snapshotFile === null) await this.#attempt(file);
    this.#snapshotFile = file;
    this.#takenAtMs = (await stat(file)).mtimeMs;
    this.#dueAtMs = this.#takenAtMs + DAY_MS;
    this.#reason = null;
    await removeForeign(directory, file, clock.now().getTime());
  }

  /** Only a snapshot that a sandbox has resumed from gets the name that others start from. */
  async #take(program: Uint8Array, file: string): Promise<void> {
    const partial = `${file}.${randomUUID()}`;
    try {
      await writeFile(partial, await this.#options.take(program, this.#options.flags), { mode: 0o644 });
      await this.#attempt(partial);
      await rename(partial, file);
    } finally {
      await rm(partial, { force: true });
    }
  }

  async #attempt(snapshotFile: string): Promise<void> {
    await this.#options.attempt({ programFile: await this.#options.programs.file('runner'), snapshotFile });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AppError) return [error.detail, error.internal].filter(Boolean).join(' ');
  return error instanceof Error ? error.message : String(error);
}

async function removeForeign(directory: string, keep: string, nowMs: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const file = join(directory, name);
    if (file === keep) continue;
    const facts = await stat(file).catch(() => null);
    if (facts?.isFile() && nowMs - facts.mtimeMs > FOREIGN_AGE_MAX_MS) await rm(file, { force: true });
  }
}
