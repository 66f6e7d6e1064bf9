/** The supervisor's work without its listener, so that `patchbay dev` can run the same in one process. */

import type { Resolver } from '@patchbay/egress';
import { AppError, asAppError, type Clock, orAborted } from '@patchbay/foundation';
import type {
  BuildTask,
  Invocation,
  InvocationNotification,
  InvocationOutcome,
  JsonObject,
  RetireMatch,
  SupervisorHealth,
  TaskOutcome,
} from '@patchbay/sandbox-protocol';
import {
  type CredentialGrant,
  encodePayload,
  type InvocationHeader,
  type RawAnswer,
  readAnswer,
} from '@patchbay/sandbox-protocol/wire';
import { HOST_LIMITS } from './bounds/limits.ts';
import type { StartRateBounds } from './bounds/start-rate.ts';
import { CallSignal } from './calls/call-signal.ts';
import { refuseOtherSubject } from './calls/refuse-other-subject.ts';
import type { ProbeReport, SandboxDriver } from './drivers/driver.ts';
import type { RoomBounds } from './pool/plan-pool.ts';
import type { Programs } from './programs/programs.ts';
import { TaskRunner } from './programs/run-task.ts';
import { type SandboxOwner, SandboxSupply } from './sandboxes/sandbox-supply.ts';
import { type Heartbeat, SandboxTable } from './sandboxes/sandbox-table.ts';
import type { CallClient } from './sandboxes/start-sandbox.ts';

export interface SandboxHostOptions {
  readonly driver: SandboxDriver;
  readonly programs: Programs;
  readonly clock: Clock;
  readonly bootId: string;
  /** Refuse to run anything when a limit that needs privilege cannot be set. */
  readonly requireFullLimits: boolean;
  /** From process start to a connector that serves; default from the limits. */
  readonly startMsMax?: number;
  /** Read-only directories of build sandboxes; without them no build task runs. */
  readonly packageStoreDirectory?: string;
  readonly toolchainDirectory?: () => Promise<string>;
  /** Hosts the operator opened for connectors, wherever they resolve to. */
  readonly trustedHosts?: ReadonlySet<string>;
  /** The platform's own public names; no sandbox reaches them, wherever they resolve to. */
  readonly platformHosts?: ReadonlySet<string>;
  readonly resolver?: Resolver;
  readonly certificateAuthorities?: readonly string[];
  /** Sandboxes that wait for first calls once `warm` was called; default none. */
  readonly poolSize?: number;
  /** The runner's snapshot and the Node it belongs to; without it the runner is loaded as a program. */
  readonly snapshot?: { readonly directory: string; readonly nodeFile: string };
  /** How many may live at once, and how often one organization's may start; defaults from the limits. */
  readonly room?: RoomBounds;
  readonly startRate?: StartRateBounds;
  /** Intervals of the liveness checks of idle sandboxes; default from the limits. */
  readonly heartbeat?: Heartbeat;
}

/** The requesting client: the source of code and settings, and the receiver of lines and notifications. */
export interface InvokeCaller extends SandboxOwner, CallClient {
  /** Opens the credentials that the invocation names. Asked only when it names some; without it none is ever sent. */
  openCredentials?(): Promise<readonly CredentialGrant[]>;
  onNotification(notification: InvocationNotification): void;
  readonly signal: AbortSignal;
}

export class SandboxHost {
  readonly #options: SandboxHostOptions;
  readonly #table: SandboxTable;
  readonly #tasks: TaskRunner;
  readonly #report: ProbeReport;
  readonly #supply: SandboxSupply;

  private constructor(options: SandboxHostOptions, report: ProbeReport) {
    this.#options = options;
    this.#report = report;
    this.#table = new SandboxTable(options.clock, options.room ?? HOST_LIMITS, options.heartbeat);
    this.#tasks = new TaskRunner(options);
    this.#supply = new SandboxSupply(options, { table: this.#table, tasks: this.#tasks });
  }

  /**
   * Removes the remains of an earlier boot, probes the isolation layers, and answers only then. Missing layers do not
   * throw: health reports them.
   */
  static async start(options: SandboxHostOptions): Promise<SandboxHost> {
    await options.driver.removeLeftovers();
    return new SandboxHost(options, await options.driver.probe());
  }

  /**
   * Takes the runner's snapshot and fills the pool, if the isolation layers are complete. Calls are served meanwhile;
   * health reports the progress.
   */
  async warm(): Promise<void> {
    if (this.#refusal() === null) await this.#supply.warm();
  }

  /** As `forward`, for who has the parameters and wants the answer as values. */
  async invoke(invocation: Invocation, caller: InvokeCaller): Promise<InvocationOutcome> {
    const { params, ...header } = invocation;
    return readAnswer(await this.forward(header, encodePayload(params), caller), header);
  }

  /**
   * Runs one call. Its parameters and its answer are bytes that are not read here.
   *
   * @throws AppError `sandbox.*` when no answer of the connector came; `sent` is false when it did not receive the call
   */
  async forward(header: InvocationHeader, params: Uint8Array, caller: InvokeCaller): Promise<RawAnswer> {
    const progress = { isSent: false };
    try {
      return await this.#forward({ header, params }, caller, progress);
    } catch (error) {
      throw progress.isSent ? error : asAppError(error).with({ sent: false });
    }
  }

  async #forward(
    { header, params }: { readonly header: InvocationHeader; readonly params: Uint8Array },
    caller: InvokeCaller,
    progress: { isSent: boolean },
  ): Promise<RawAnswer> {
    this.#requireIsolation();
    refuseOtherSubject(header);
    const { clock } = this.#options;
    const { starter } = this.#supply;
    const startedAt = clock.monotonicMs();
    using ended = new CallSignal(caller.signal, header.deadlineMs, () => deadlineError(header));
    const { signal } = ended;
    const { leave, sandbox, cold, enteredAt } = await this.#enter(header, caller, signal);
    try {
      const readyAt = clock.monotonicMs();
      starter.serve(sandbox.id, { invocation: header, user: caller });
      const egressBefore = starter.egressMsOf(sandbox.id);
      const grants = header.credentials.length > 0 ? await orAborted(openedBy(caller), signal) : [];
      const entered = starter.enter(sandbox.id, header, { client: caller, grants });
      const { onNotification } = caller;
      progress.isSent = sandbox.isAlive;
      const answer = await sandbox.call({ header, params }, { signal, entered, onNotification }).finally(entered.leave);
      const timings = {
        queueMs: enteredAt - startedAt,
        startMs: readyAt - enteredAt,
        sandboxMs: clock.monotonicMs() - readyAt,
        // Requests of concurrent calls in one sandbox cannot be attributed: the sum is an upper bound.
        egressMs: starter.egressMsOf(sandbox.id) - egressBefore,
        cold,
      };
      return { ...answer, timings };
    } finally {
      leave();
    }
  }

  /**
   * A place in a sandbox that lives. One that ended while this call waited for its place was never given the call: the
   * next one starts, after the pause that the crash earned.
   */
  async #enter(header: InvocationHeader, caller: InvokeCaller, signal: AbortSignal) {
    const start = () => this.#supply.start(header, caller);
    for (;;) {
      const entry = this.#table.entryFor(header.key);
      const release = await entry.slots.acquire(signal);
      const leave = () => {
        release();
        this.#table.rest(entry);
      };
      try {
        const enteredAt = this.#options.clock.monotonicMs();
        const { sandbox, cold } = await orAborted(this.#table.sandboxOf(entry, start), signal);
        if (sandbox.isAlive) return { leave, sandbox, cold, enteredAt };
      } catch (error) {
        leave();
        throw error;
      }
      leave();
    }
  }

  /** The hosts that an organization's sandboxes may reach from now on; null for all that their manifests declare. */
  setAllowedHosts(organizationId: string, hosts: readonly string[] | null): void {
    this.#supply.starter.setAllowedHosts(organizationId, hosts);
  }

  retire(match: RetireMatch): void {
    this.#table.retire(match);
  }

  /** @throws AppError `sandbox.task_*` */
  async runTask(
    task: BuildTask,
    caller: { signal: AbortSignal; onProgress(progress: JsonObject): void },
  ): Promise<TaskOutcome> {
    this.#requireIsolation();
    if (task.program === 'snapshot') return this.#supply.takeVersionSnapshot(task, caller);
    return this.#tasks.run({ ...task, program: task.program }, caller);
  }

  health(): SupervisorHealth {
    const { queued, ...sandboxes } = this.#table.counts();
    const { isolation, limits } = this.#report;
    return {
      ready: this.#refusal() === null,
      driver: this.#options.driver.name,
      walls: isolation,
      limits,
      sandboxes,
      queued,
      ...this.#supply.health,
      coldStarts: this.#table.coldStarts,
      crashes: this.#table.crashes,
      droppedLogLines: this.#supply.droppedLogLines,
      bootId: this.#options.bootId,
    };
  }

  /** Lets calls finish, then stops every sandbox. */
  async close(drainMs: number = HOST_LIMITS.drainMs): Promise<void> {
    await Promise.all([this.#table.close(drainMs), this.#supply.close()]);
  }

  #refusal(): AppError | null {
    const { isolation, limits } = this.#report;
    if (isolation.state === 'missing') {
      return new AppError('sandbox.walls_missing', { data: { missing: isolation.missing } });
    }
    if (this.#options.requireFullLimits && limits.state !== 'full') {
      return new AppError('sandbox.limits_reduced', { data: { reasons: limits.reasons } });
    }
    return null;
  }

  #requireIsolation(): void {
    const refusal = this.#refusal();
    if (refusal) throw refusal;
  }
}

async function openedBy(caller: InvokeCaller): Promise<readonly CredentialGrant[]> {
  return (await caller.openCredentials?.()) ?? [];
}

function deadlineError(header: InvocationHeader): AppError {
  const detail = `No answer came within ${Math.round(header.deadlineMs)} ms.`;
  return new AppError('sandbox.deadline_exceeded', { detail });
}
