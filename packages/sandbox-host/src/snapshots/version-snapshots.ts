/**
 * Startup snapshots of versions: taken at deploy, kept on this host between starts, resumed by sandboxes only. Each belongs
 * to exactly one runner and one Node binary; anything else makes the version load plainly, which is slower and never wrong.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type BuildTask, type JsonObject, SNAPSHOT_BYTES_MAX, type TaskOutcome } from '@patchbay/sandbox-protocol';
import type { InvocationHeader } from '@patchbay/sandbox-protocol/wire';
import type { Programs } from '../programs/programs.ts';
import type { TaskCaller, TaskRunner } from '../programs/run-task.ts';
import type { RunnerImage } from './runner-image.ts';

/** Where the task finds the runner that loads the version. */
const PROGRAM_TARGET = '/runner/version.cjs';

export interface VersionSnapshotsOptions {
  /** Their directory; sandboxes must be able to read it. Without it none is taken or used. */
  readonly directory: string | undefined;
  readonly nodeFile: string;
  readonly programs: Programs;
  readonly tasks: TaskRunner;
  /** Options of Node that must be the same when a snapshot is taken and resumed. */
  readonly flags: readonly string[];
  /** Bytes kept on this host; what was used longest ago goes first. */
  readonly keptBytesMax: number;
}

export class VersionSnapshots {
  readonly #options: VersionSnapshotsOptions;
  #identifying: Promise<string> | null = null;
  #image: string | null = null;
  /** Digests no process could be resumed from. */
  readonly #broken = new Set<string>();

  constructor(options: VersionSnapshotsOptions) {
    this.#options = options;
  }

  /** Names the runner and the Node of this host. Reads the entire binary once; until then versions load plainly. */
  identify(): Promise<string> {
    this.#identifying ??= this.#identity().then((image) => {
      this.#image = image;
      return image;
    });
    return this.#identifying;
  }

  /** Runs the version's module in a build sandbox and answers its snapshot, or why there is none. @throws AppError `sandbox.task_*` */
  async take(task: BuildTask, caller: TaskCaller): Promise<TaskOutcome> {
    const { programs, tasks, flags, directory } = this.#options;
    if (directory === undefined) return notTaken('snapshots are switched off on this host', 0);
    const image = await this.identify();
    const outcome = await tasks.run(
      {
        ...task,
        program: 'take-version-snapshot',
        input: { flags: [...flags], program: PROGRAM_TARGET },
        mounts: [{ source: await programs.file('resumable-version'), target: PROGRAM_TARGET }],
      },
      caller,
    );
    const { result, files, usage } = outcome;
    if (result.taken !== true || !files) return { result: { ...result, taken: false }, usage };
    if (files.byteLength > SNAPSHOT_BYTES_MAX) return notTaken(`it has ${files.byteLength} bytes`, usage.wallMs);
    return { result: { taken: true, image }, files, usage };
  }

  /** The digest of the snapshot this invocation's version may be resumed from here; null when it loads plainly. */
  usableOf({ snapshot }: Pick<InvocationHeader, 'snapshot'>): string | null {
    const isUsable = snapshot && this.#options.directory !== undefined && snapshot.image === this.#image;
    return isUsable && !this.#broken.has(snapshot.digest) ? snapshot.digest : null;
  }

  /** The image to start from when the snapshot is kept here. */
  async find(organizationId: string, digest: string): Promise<RunnerImage | null> {
    const file = this.#fileOf(organizationId, digest);
    const now = new Date();
    const isHere = await utimes(file, now, now).then(
      () => true,
      () => false,
    );
    return isHere ? this.#imageOf(file) : null;
  }

  /** Keeps a snapshot that was handed over. @throws Error when it is not the requested snapshot, or cannot be written */
  async keep(organizationId: string, digest: string, bytes: Uint8Array): Promise<RunnerImage> {
    if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` !== digest)
      throw new Error('another snapshot came');
    const file = this.#fileOf(organizationId, digest);
    await mkdir(this.#directory, { recursive: true, mode: 0o755 });
    await this.#makeRoom(bytes.byteLength);
    const partial = `${file}.${randomUUID()}`;
    await writeFile(partial, bytes, { mode: 0o644 });
    await rename(partial, file);
    return this.#imageOf(file);
  }

  /** No process was resumed from it: from here on its version loads plainly on this host. */
  giveUp(digest: string): void {
    this.#broken.add(digest);
  }

  get #directory(): string {
    return join(this.#options.directory ?? '', 'versions');
  }

  /** By organization too: a digest reveals and opens nothing. */
  #fileOf(organizationId: string, digest: string): string {
    return join(this.#directory, `${organizationId}-${digest.slice('sha256:'.length)}.blob`);
  }

  async #imageOf(snapshotFile: string): Promise<RunnerImage> {
    return { programFile: await this.#options.programs.file('runner'), snapshotFile };
  }

  async #identity(): Promise<string> {
    const { programs, nodeFile, flags } = this.#options;
    const hash = createHash('sha256');
    await pipeline(createReadStream(nodeFile), hash, { end: false });
    hash.update(await readFile(await programs.file('resumable-version')));
    return hash.update([process.version, process.arch, ...flags].join('\0')).digest('hex');
  }

  async #makeRoom(bytes: number): Promise<void> {
    const kept = await Promise.all(
      (await readdir(this.#directory)).map(async (name) => {
        const file = join(this.#directory, name);
        const facts = await stat(file).catch(() => null);
        return { file, bytes: facts?.size ?? 0, usedAtMs: facts?.mtimeMs ?? 0 };
      }),
    );
    let sum = kept.reduce((total, one) => total + one.bytes, bytes);
    for (const one of kept.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
      if (sum <= this.#options.keptBytesMax) return;
      await rm(one.file, { force: true }); // sandboxes that started from it keep what they have mapped
      sum -= one.bytes;
    }
  }
}

function notTaken(reason: string, wallMs: number): TaskOutcome {
  const result: JsonObject = { taken: false, reason, place: '' };
  return { result, usage: { wallMs } };
}
