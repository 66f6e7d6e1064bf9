/** Where the sandbox of a first call comes from: the pool when it may take one there, a new process otherwise. */
import { createHash } from 'node:crypto';
import { totalmem } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError, type Clock, newId } from '@patchbay/foundation';
import type { Provision } from '../client/sandbox-client.ts';
import type { Invocation } from '../protocol/invocation.ts';
import type { SupervisorHealth } from '../protocol/supervisor-health.ts';
import type { SandboxProcess } from './drivers/driver.ts';
import { SNAPSHOT_FLAGS } from './drivers/node-flags.ts';
import type { CredentialGrant, IssuedReferences } from './egress/credentials.ts';
import { SANDBOX_LIMITS } from './limits.ts';
import type { LiveSandbox } from './live-sandbox.ts';
import { PoolKeeper } from './pool/keep-pool.ts';
import { WarmPool } from './pool/warm-pool.ts';
import type { Programs } from './programs.ts';
import type { Task, TaskRunner } from './run-task.ts';
import { RunnerImages } from './runner-image.ts';
import type { SandboxTable } from './sandbox-table.ts';
import { StartRate, type StartRateBounds } from './start-rate.ts';
import { SandboxStarter, type SandboxStarterOptions, type SandboxUser } from './start-sandbox.ts';
import { StartSlots } from './start-slots.ts';

const TAKE_MS = 60_000;

export interface SandboxSupplyOptions extends Omit<SandboxStarterOptions, 'nowMs' | 'monotonicMs'> {
  readonly programs: Programs;
  readonly clock: Clock;
  /** Blanks that wait for first calls; default none. */
  readonly poolSize?: number;
  /** Default from the limits. */
  readonly startRate?: StartRateBounds;
  /** Without it sandboxes load the runner as a plain program. */
  readonly snapshot?: { readonly directory: string; readonly nodeFile: string };
}

/** Who makes a first call, and has what the sandbox needs for it. */
export interface SandboxOwner extends SandboxUser {
  provision(): Promise<Provision>;
}

export class SandboxSupply {
  readonly #options: SandboxSupplyOptions;
  readonly #starter: SandboxStarter;
  readonly #images: RunnerImages;
  readonly #pool: WarmPool;
  readonly #keeper: PoolKeeper;
  readonly #closing = new AbortController();
  readonly #rate: StartRate;
  readonly #slots = new StartSlots(SANDBOX_LIMITS.startsPerOrganization, SANDBOX_LIMITS.startsWaitingPerOrganization);

  constructor(options: SandboxSupplyOptions, parts: { readonly table: SandboxTable; readonly tasks: TaskRunner }) {
    const { clock, programs, snapshot } = options;
    this.#options = options;
    this.#rate = new StartRate(options.startRate ?? SANDBOX_LIMITS.startRate);
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
      flags: SNAPSHOT_FLAGS,
      take: (program, flags) => takeSnapshot(parts.tasks, { program, flags, signal: this.#closing.signal }),
      attempt: async (image) => (await this.#starter.startBlank(image)).stop(),
    });
    this.#pool = new WarmPool(options.poolSize ?? 0);
    this.#keeper = new PoolKeeper({
      pool: this.#pool,
      bounds: {
        size: this.#pool.size,
        idleMs: SANDBOX_LIMITS.idleMs,
        idlePersonalMs: SANDBOX_LIMITS.idleSubjectMs,
        ...SANDBOX_LIMITS.pool,
        memoryReserveBytes: memoryReserveBytes(),
      },
      clock,
      observe: () => parts.table.observe(),
      stopSandbox: (id) => parts.table.stop(id),
      startsAwaited: () => this.#slots.inside,
      startBlank: async () => this.#starter.startBlank(await this.#images.current()),
      availableMemoryBytes: () => process.availableMemory(),
      onTick: () => {
        void this.#images.refresh();
        parts.table.beat();
      },
    });
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
  }

  /** A connector that serves, in a process that was never anybody's. @throws AppError `sandbox.*` */
  async start(invocation: Invocation, owner: SandboxOwner): Promise<LiveSandbox> {
    const { organizationId } = invocation.key;
    const signal = AbortSignal.timeout(this.#options.startMsMax ?? SANDBOX_LIMITS.startMsMax);
    const waitMs = this.#rate.take(organizationId, this.#options.clock.monotonicMs());
    if (waitMs > 0) await pause(waitMs, undefined, { signal });
    const { process, provision } = await this.#slots.run(organizationId, signal, () =>
      this.#acquire(invocation, owner),
    );
    this.#keeper.nudge();
    return this.#starter.specialise(process, { invocation, provision, user: owner });
  }

  /** References for one call; to be revoked before its answer leaves. */
  issue(sandboxId: string, grants: readonly CredentialGrant[]): IssuedReferences {
    return this.#starter.issue(sandboxId, grants);
  }

  /** To be called before each call: whose rules hold, and where lines and events go. */
  serve(sandboxId: string, given: { invocation: Invocation; user: SandboxUser }): void {
    this.#starter.serve(sandboxId, given);
  }

  egressMsOf(sandboxId: string): number {
    return this.#starter.egressMsOf(sandboxId);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the host closes'));
    await Promise.all([this.#images.settled(), this.#keeper.close()]);
  }

  async #acquire(
    invocation: Invocation,
    owner: SandboxOwner,
  ): Promise<{ process: SandboxProcess; provision: Provision }> {
    const provisioning = provisionOf(invocation, owner);
    const startOwn = async () => this.#starter.startProcess(await this.#images.current());
    if (this.#pool.waiting > 0) {
      const provision = await provisioning; // first, so that what cannot be provided takes nothing from the pool
      const taken = this.#pool.take(invocation.key.organizationId, this.#options.clock.monotonicMs());
      return { provision, process: taken ?? (await startOwn()) };
    }
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

async function provisionOf(invocation: Invocation, owner: SandboxOwner): Promise<Provision> {
  const provision = await owner.provision();
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
