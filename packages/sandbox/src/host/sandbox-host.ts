/** The supervisor's work without its listener, so that `patchbay dev` can run the same in one process. */
import { createHash } from 'node:crypto';
import { AppError, type Clock, newId } from '@patchbay/foundation';
import type { Provision, RetireMatch } from '../client/sandbox-client.ts';
import type { BuildTask, TaskOutcome } from '../protocol/build-task.ts';
import type { ConnectorEvent } from '../protocol/connector-event.ts';
import type { EgressRule } from '../protocol/egress-rule.ts';
import type { Invocation } from '../protocol/invocation.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { LogRecord } from '../protocol/log-record.ts';
import type { InvocationNotification, InvocationOutcome } from '../protocol/outcome.ts';
import type { SupervisorHealth } from '../protocol/supervisor-health.ts';
import type { ProbeReport, SandboxDriver } from './drivers/driver.ts';
import { startEgressProxy } from './egress/egress-proxy.ts';
import type { Resolver } from './egress/resolve-destination.ts';
import { SANDBOX_LIMITS } from './limits.ts';
import { LiveSandbox } from './live-sandbox.ts';
import { LogCapture } from './logs/log-capture.ts';
import type { Programs } from './programs.ts';
import { TaskRunner } from './run-task.ts';
import { SandboxTable } from './sandbox-table.ts';

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
}

/** Who asks: where code and settings come from and where lines and notifications go. */
export interface InvokeCaller {
  provision(): Promise<Provision>;
  onLog(record: LogRecord): void;
  onNotification(notification: InvocationNotification): void;
  /** What the connector announces outside of calls, from the moment it was last called for this asker. */
  onEvent?(event: ConnectorEvent): void;
  readonly signal: AbortSignal;
}

export class SandboxHost {
  readonly #options: SandboxHostOptions;
  readonly #table: SandboxTable;
  readonly #tasks: TaskRunner;
  readonly #report: ProbeReport;
  readonly #rules = new Map<string, readonly EgressRule[]>();
  readonly #logTargets = new Map<string, (record: LogRecord) => void>();
  readonly #eventTargets = new Map<string, (event: ConnectorEvent) => void>();
  /** Milliseconds each sandbox's requests spent outside, since its start. */
  readonly #egressMs = new Map<string, number>();
  #droppedLogLines = 0;

  private constructor(options: SandboxHostOptions, report: ProbeReport) {
    this.#options = options;
    this.#report = report;
    this.#table = new SandboxTable(options.clock);
    this.#tasks = new TaskRunner(options);
  }

  /** Removes what an earlier boot left, tries the walls, and answers only then. Missing walls do not throw: health says it. */
  static async start(options: SandboxHostOptions): Promise<SandboxHost> {
    await options.driver.removeLeftovers();
    return new SandboxHost(options, await options.driver.probe());
  }

  /** @throws AppError `sandbox.*` when no answer of the connector came */
  async invoke(invocation: Invocation, caller: InvokeCaller): Promise<InvocationOutcome> {
    this.#demandWalls();
    const { clock } = this.#options;
    const startedAt = clock.monotonicMs();
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(deadlineError(invocation)), invocation.deadlineMs);
    const signal = AbortSignal.any([deadline.signal, caller.signal]);
    try {
      const entry = this.#table.entryFor(invocation.key);
      const leave = await entry.slots.acquire(signal);
      try {
        const enteredAt = clock.monotonicMs();
        const start = () => this.#startSandbox(invocation, caller);
        const { sandbox, cold } = await orAborted(this.#table.sandboxOf(entry, start), signal);
        const readyAt = clock.monotonicMs();
        this.#rules.set(sandbox.id, invocation.egress);
        this.#logTargets.set(sandbox.id, caller.onLog);
        if (caller.onEvent) this.#eventTargets.set(sandbox.id, caller.onEvent);
        const egressBefore = this.#egressMs.get(sandbox.id) ?? 0;
        const answer = await sandbox.call(invocation, { signal, onNotification: caller.onNotification });
        const timings = {
          queueMs: enteredAt - startedAt,
          startMs: readyAt - enteredAt,
          sandboxMs: clock.monotonicMs() - readyAt,
          // Of calls side by side in one sandbox nobody can tell whose request it was: the sum is an upper bound.
          egressMs: (this.#egressMs.get(sandbox.id) ?? 0) - egressBefore,
          cold,
        };
        if ('error' in answer) return { kind: 'error', error: answer.error, timings };
        const kind = answer.result.resultType === 'input_required' ? 'input_required' : 'complete';
        return { kind, result: answer.result, timings };
      } finally {
        leave();
        this.#table.rest(entry);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  retire(match: RetireMatch): void {
    this.#table.retire(match);
  }

  /** @throws AppError `sandbox.task_*` */
  async runTask(
    task: BuildTask,
    caller: { signal: AbortSignal; onProgress(progress: JsonObject): void },
  ): Promise<TaskOutcome> {
    this.#demandWalls();
    return this.#tasks.run(task, caller);
  }

  health(): SupervisorHealth {
    const { queued, ...sandboxes } = this.#table.counts();
    const { walls, limits } = this.#report;
    return {
      ready: this.#refusal() === null,
      driver: this.#options.driver.name,
      walls,
      limits,
      sandboxes,
      queued,
      coldStarts: this.#table.coldStarts,
      crashes: this.#table.crashes,
      droppedLogLines: this.#droppedLogLines,
      bootId: this.#options.bootId,
    };
  }

  /** Lets calls finish, then stops every sandbox. */
  async close(drainMs: number = SANDBOX_LIMITS.drainMs): Promise<void> {
    await this.#table.close(drainMs);
  }

  #refusal(): AppError | null {
    const { walls, limits } = this.#report;
    if (walls.state === 'missing') return new AppError('sandbox.walls_missing', { data: { missing: walls.missing } });
    if (this.#options.requireFullLimits && limits.state !== 'full') {
      return new AppError('sandbox.limits_reduced', { data: { reasons: limits.reasons } });
    }
    return null;
  }

  #demandWalls(): void {
    const refusal = this.#refusal();
    if (refusal) throw refusal;
  }

  async #startSandbox(invocation: Invocation, caller: InvokeCaller): Promise<LiveSandbox> {
    const { driver, programs } = this.#options;
    const sandboxId = newId('sandbox');
    const [{ artifact, secrets }, process] = await bothOrNeither(
      provisionOf(invocation, caller),
      driver.start({ sandboxId, profile: 'runtime', programFile: await programs.file('runner'), mounts: [] }),
      (started) => driver.stop(started),
    );
    this.#rules.set(sandboxId, invocation.egress);
    this.#logTargets.set(sandboxId, caller.onLog);
    const logs = new LogCapture({
      secrets: Object.values(secrets),
      now: () => this.#options.clock.now().getTime(),
      emit: (line) => this.#logTargets.get(sandboxId)?.({ ...line, key: invocation.key, sandboxId }),
      onDropped: () => {
        this.#droppedLogLines += 1;
      },
    });
    const sandbox = new LiveSandbox({
      driver,
      process,
      logs,
      onEvent: (event) => this.#eventTargets.get(sandboxId)?.({ ...event, key: invocation.key }),
      startMsMax: this.#options.startMsMax ?? SANDBOX_LIMITS.startMsMax,
    });
    const proxy = await startEgressProxy(process.egressSocketPath, {
      ...this.#options,
      rules: () => this.#rules.get(sandboxId) ?? [],
      onSpent: (milliseconds) => {
        this.#egressMs.set(sandboxId, (this.#egressMs.get(sandboxId) ?? 0) + milliseconds);
      },
      onRefusal: (text) => logs.write({ level: 'warn', source: 'platform', text: `egress refused: ${text}` }),
    });
    void sandbox.exited.then(() => {
      this.#rules.delete(sandboxId);
      this.#logTargets.delete(sandboxId);
      this.#eventTargets.delete(sandboxId);
      this.#egressMs.delete(sandboxId);
      return proxy.close();
    });
    await process.openEgress();
    await sandbox.specialise(artifact, secrets);
    return sandbox;
  }
}

async function provisionOf(invocation: Invocation, caller: InvokeCaller): Promise<Provision> {
  const provision = await caller.provision();
  const digest = `sha256:${createHash('sha256').update(provision.artifact).digest('hex')}`;
  if (digest !== invocation.artifactDigest) {
    throw new AppError('sandbox.artifact_mismatch', {
      internal: `expected ${invocation.artifactDigest}, got ${digest}`,
    });
  }
  return provision;
}

/** Waits for both; when the first fails, what the second made is undone. */
async function bothOrNeither<A, B>(
  first: Promise<A>,
  second: Promise<B>,
  undo: (made: B) => Promise<void>,
): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  if (b.status === 'fulfilled') await undo(b.value);
  throw a.status === 'rejected' ? a.reason : (b as PromiseRejectedResult).reason; // one of them was rejected
}

function deadlineError(invocation: Invocation): AppError {
  const detail = `No answer came within ${Math.round(invocation.deadlineMs)} ms.`;
  return new AppError('sandbox.deadline_exceeded', { detail });
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
