/** Where the sandbox of a first call comes from: the pool when it may take one there, a new process otherwise. */
import { createHash } from 'node:crypto';
import { totalmem } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError, type Clock, newId } from '@patchbay/foundation';
import type { BuildTask, Provision, SupervisorHealth, TaskOutcome } from '@patchbay/sandbox-protocol';
import type { InvocationHeader } from '@patchbay/sandbox-protocol/wire';
import { HOST_LIMITS } from '../bounds/limits.ts';
import { StartRate, type StartRateBounds } from '../bounds/start-rate.ts';
import { StartSlots } from '../bounds/start-slots.ts';
import type { SandboxProcess } from '../drivers/driver.ts';
import { SNAPSHOT_BUILD_FLAGS } from '../drivers/node-flags.ts';
import { PoolKeeper } from '../pool/keep-pool.ts';
import { WarmPool } from '../pool/warm-pool.ts';
import type { Programs } from '../programs/programs.ts';
import type { Task, TaskCaller, TaskRunner } from '../programs/run-task.ts';
import { type RunnerImage, RunnerImages } from '../snapshots/runner-image.ts';
import { VersionSnapshots } from '../snapshots/version-snapshots.ts';
import type { LiveSandbox } from './live-sandbox.ts';
import type { SandboxTable } from './sandbox-table.ts';
import { SandboxStarter, type SandboxStarterOptions, type SandboxUser } from './start-sandbox.ts';

const TAKE_MS = 60_000;

export interface SandboxSupplyOptions extends Omit<SandboxStarterOptions, 'nowMs' | 'monotonicMs'> {
  readonly programs: Programs;
  readonly clock: Clock;
  /** Warm sandboxes that wait for first calls; default none. */
  readonly poolSize?: number;
  /** Default from the limits. */
  readonly startRate?: StartRateBounds;
  /** Without it sandboxes load the runner as a plain program. */
  readonly snapshot?: { readonly directory: string; readonly nodeFile: string };
}

/** The client of a first call, which has the inputs of the sandbox. */
export interface SandboxOwner extends SandboxUser {
  /** With the snapshot of this digest, where it is there. */
  provision(snapshotDigest?: string): Promise<Provision>;
}

interface Acquired {
  readonly process: SandboxProcess;
  readonly provision: Provision;
}

export class SandboxSupply {
  readonly #options: SandboxSupplyOptions;
  readonly #starter: SandboxStarter;
  readonly #images: RunnerImages;
  readonly #versions: VersionSnapshots;
  readonly #pool: WarmPool;
  readonly #keeper: PoolKeeper;
  readonly #closing = new AbortController();
  readonly #rate: StartRate;
  readonly #slots = new StartSlots(HOST_LIMITS.startsPerOrganization, HOST_LIMITS.startsWaitingPerOrganization);

  constructor(options: SandboxSupplyOptions, parts: { readonly table: SandboxTable; readonly tasks: TaskRunner }) {
    const { clock, programs, snapshot } = options;
    this.#options = options;
    this.#rate = new StartRate(options.startRate ?? HOST_LIMITS.startRate);
    this.#starter = new SandboxStarter({
      ...options,
      nowMs: () => clock.now().getTime(),
      monotonicMs: () => clock.monotonicMs(),
    });
    this.#images = new RunnerImages({
      directory: snapshot?.directory,
      nodeFile: snapshot?.nodeFile ?? '',
      programs,
      clock,
      flags: SNAPSHOT_BUILD_FLAGS,
      take: (program, flags) => takeSnapshot(parts.tasks, { program, flags, signal: this.#closing.signal }),
      attempt: async (image) => (await this.#starter.startWarm(image)).stop(),
    });
    this.#versions = new VersionSnapshots({
      directory: snapshot?.directory,
      nodeFile: snapshot?.nodeFile ?? '',
      programs,
      tasks: parts.tasks,
      flags: SNAPSHOT_BUILD_FLAGS,
      keptBytesMax: HOST_LIMITS.versionSnapshotBytes,
    });
    this.#pool = new WarmPool(options.poolSize ?? 0);
    this.#keeper = new PoolKeeper({
      pool: this.#pool,
      bounds: {
        size: this.#pool.size,
        idleMs: HOST_LIMITS.idleMs,
        idlePersonalMs: HOST_LIMITS.idleSubjectMs,
        ...HOST_LIMITS.pool,
        memoryReserveBytes: memoryReserveBytes(),
      },
      clock,
      observe: () => parts.table.observe(),
      stopSandbox: (id) => parts.table.stop(id),
      startsAwaited: () => this.#slots.inside,
      startWarm: async () => this.#starter.startWarm(await this.#images.current(), true),
      availableMemoryBytes: () => process.availableMemory(),
      onTick: () => {
        void this.#images.refresh();
        parts.table.checkLiveness();
      },
    });
  }

  /** The sandboxes' ways to the outside, and the receivers of their lines and events. */
  get starter(): Pick<SandboxStarter, 'serve' | 'enter' | 'egressMsOf' | 'setAllowedHosts'> {
    return this.#starter;
  }

  get health(): Pick<SupervisorHealth, 'snapshot' | 'pool'> {
    const { size, waiting, taken, missed } = this.#pool;
    return { snapshot: this.#images.health, pool: { size, waiting, taken, missed } };
  }

  get droppedLogLines(): number {
    return this.#starter.droppedLogLines;
  }

  /** Takes the snapshot and fills the pool. Never throws; until it resolves, first calls start their own processes. */
  async warm(): Promise<void> {
    await this.#images.refresh();
    await this.#keeper.fill();
    if (this.#options.snapshot) await this.#versions.identify().catch(() => {}); // without it versions load plainly
  }

  /** A connector that serves, in a process that was never assigned before. @throws AppError `sandbox.*` */
  async start(invocation: InvocationHeader, owner: SandboxOwner): Promise<LiveSandbox> {
    const { organizationId } = invocation.key;
    const signal = AbortSignal.timeout(this.#options.startMsMax ?? HOST_LIMITS.startMsMax);
    const waitMs = this.#rate.take(organizationId, this.#options.clock.monotonicMs());
    if (waitMs > 0) await pause(waitMs, undefined, { signal });
    const snapshotDigest = this.#versions.usableOf(invocation);
    const { process, provision } = await this.#slots.run(organizationId, signal, () =>
      snapshotDigest === null ? this.#acquire(invocation, owner) : this.#resume(invocation, owner, snapshotDigest),
    );
    this.#keeper.wake();
    return this.#starter.assign(process, { invocation, provision, user: owner }).catch((error: unknown) => {
      if (snapshotDigest !== null) this.#versions.giveUp(snapshotDigest);
      throw error;
    });
  }

  /** @throws AppError `sandbox.task_*` */
  takeVersionSnapshot(task: BuildTask, caller: TaskCaller): Promise<TaskOutcome> {
    return this.#versions.take(task, caller);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the host closes'));
    await Promise.all([this.#images.settled(), this.#keeper.close()]);
  }

  /** Starts from the version's own snapshot, which no warm sandbox of the pool holds. */
  async #resume(invocation: InvocationHeader, owner: SandboxOwner, digest: string): Promise<Acquired> {
    const { organizationId } = invocation.key;
    const kept = await this.#versions.find(organizationId, digest);
    if (kept) return this.#startBeside(provisionOf(invocation, owner), kept, invocation);
    const provision = await provisionOf(invocation, owner, digest);
    const { snapshot } = provision;
    // One that cannot be kept (a full disk) costs time, not the call.
    const image = snapshot && (await this.#versions.keep(organizationId, digest, snapshot).catch(() => undefined));
    const { codeGeneration = false } = invocation;
    const process = await this.#starter.startProcess(image ?? (await this.#images.current()), { codeGeneration });
    return { provision, process };
  }

  async #acquire(invocation: InvocationHeader, owner: SandboxOwner): Promise<Acquired> {
    const provisioning = provisionOf(invocation, owner);
    // Warm sandboxes were started without it; such a connector has a process of its own from the start.
    const isForPool = this.#pool.waiting > 0 && invocation.codeGeneration !== true;
    if (!isForPool) return this.#startBeside(provisioning, this.#images.current(), invocation);
    const provision = await provisioning; // first, so that what cannot be provided takes nothing from the pool
    const taken = this.#pool.take(invocation.key.organizationId, this.#options.clock.monotonicMs());
    return { provision, process: taken ?? (await this.#starter.startProcess(await this.#images.current())) };
  }

  /** A process of its own, started while code and settings are on their way. */
  async #startBeside(
    provisioning: Promise<Provision>,
    image: RunnerImage | Promise<RunnerImage>,
    { codeGeneration = false }: Pick<InvocationHeader, 'codeGeneration'>,
  ): Promise<Acquired> {
    const startOwn = async () => this.#starter.startProcess(await image, { codeGeneration });
    const [provided, started] = await Promise.allSettled([provisioning, startOwn()]);
    if (started.status === 'rejected') throw started.reason;
    if (provided.status === 'fulfilled') return { provision: provided.value, process: started.value };
    await this.#options.driver.stop(started.value);
    throw provided.reason;
  }
}

/** A sixteenth of the host's memory, at most 1 GiB, stays free. */
function memoryReserveBytes(): number {
  const constrained = process.constrainedMemory();
  const total = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  return Math.min(1024 ** 3, total / 16);
}

async function provisionOf(
  invocation: InvocationHeader,
  owner: SandboxOwner,
  snapshotDigest?: string,
): Promise<Provision> {
  const provision = await owner.provision(snapshotDigest);
  const digest = `sha256:${createHash('sha256').update(provision.artifact).digest('hex')}`;
  if (digest !== invocation.artifactDigest) {
    throw new AppError('sandbox.artifact_mismatch', {
      internal: `expected ${invocation.artifactDigest}, got ${digest}`,
    });
  }
  return provision;
}

async function takeSnapshot(
  tasks: TaskRunner,
  given: { program: Uint8Array; flags: readonly string[]; signal: AbortSignal },
): Promise<Uint8Array> {
  const { program, flags } = given;
  const signal = AbortSignal.any([given.signal, AbortSignal.timeout(TAKE_MS)]);
  const task: Task = {
    id: newId('sandbox'),
    organizationId: '',
    program: 'take-snapshot',
    input: { flags: [...flags] },
    files: program,
    deadlineMs: TAKE_MS,
    egress: [],
  };
  const { files } = await tasks.run(task, { signal, onProgress: () => {} });
  if (!files) throw new Error('the program that takes the snapshot answered without one');
  return files;
}
