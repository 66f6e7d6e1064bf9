/**
 * Starts a connector in two halves: an unassigned process with its isolation layers and its egress socket, and its
 * assignment. The egress socket exists from the start and lets nothing pass until its owner's rules are attached.
 */

import { EgressProxy, type EnteredCall, type Resolver, SandboxCalls } from '@patchbay/egress';
import { AppError, newId } from '@patchbay/foundation';
import {
  type ConnectorEvent,
  type EgressRule,
  type EgressViolation,
  type LogRecord,
  narrowEgress,
  type Provision,
} from '@patchbay/sandbox-protocol';
import type { CredentialGrant, InvocationHeader } from '@patchbay/sandbox-protocol/wire';
import { HOST_LIMITS } from '../bounds/limits.ts';
import type { SandboxDriver, SandboxProcess, SandboxSpec } from '../drivers/driver.ts';
import { LogCapture } from '../logs/log-capture.ts';
import { WarmSandbox } from '../pool/warm-sandbox.ts';
import type { RunnerImage } from '../snapshots/runner-image.ts';
import { LiveSandbox } from './live-sandbox.ts';

export interface SandboxStarterOptions {
  readonly driver: SandboxDriver;
  /** From the assignment to a connector that serves; default from the limits. */
  readonly startMsMax?: number;
  readonly trustedHosts?: ReadonlySet<string>;
  readonly platformHosts?: ReadonlySet<string>;
  readonly resolver?: Resolver;
  readonly certificateAuthorities?: readonly string[];
  nowMs(): number;
  /** Monotonic. */
  monotonicMs(): number;
}

/** The owner: its rules apply, and it receives lines and events. */
export interface SandboxUser {
  onLog(record: LogRecord): void;
  onEvent?(event: ConnectorEvent): void;
}

/** The client of one call, as far as the call's requests to the outside are concerned. */
export interface CallClient {
  /** A request of the call was refused because the call only reads. */
  onViolation?(violation: EgressViolation): void;
  /** A new value for a credential that its provider refused; null, or absent, where there is none. */
  refreshCredential?(grant: CredentialGrant): Promise<CredentialGrant | null>;
}

/** Resources of one process on the host. */
interface Attachment {
  rules: readonly EgressRule[];
  organizationId: string;
  user: SandboxUser | null;
  logs: LogCapture | null;
  /** Its calls with their credentials; known to its own proxy and to no other. */
  readonly calls: SandboxCalls;
  /** Milliseconds its requests spent outside, since its start. */
  egressMs: number;
}

export class SandboxStarter {
  readonly #options: SandboxStarterOptions;
  readonly #attachments = new Map<string, Attachment>();
  /** Hosts that an organization allows, as far as the policy changed while this process runs. */
  readonly #allowedHosts = new Map<string, readonly string[]>();
  droppedLogLines = 0;

  constructor(options: SandboxStarterOptions) {
    this.#options = options;
  }

  /** A process that waits for its assignment. @throws AppError `sandbox.start_failed`, `sandbox.no_capacity` */
  async startProcess(
    image: RunnerImage,
    asked: Pick<SandboxSpec, 'isBackground' | 'codeGeneration'> = {},
  ): Promise<SandboxProcess> {
    const { driver } = this.#options;
    const sandboxId = newId('sandbox');
    const process = await driver.start({ ...image, ...asked, sandboxId, profile: 'runtime', mounts: [] });
    const calls = new SandboxCalls();
    const attachment: Attachment = { rules: [], organizationId: '', user: null, logs: null, calls, egressMs: 0 };
    this.#attachments.set(sandboxId, attachment);
    void process.exited.then(() => this.#attachments.delete(sandboxId));
    try {
      const proxy = await EgressProxy.listen(process.egressSocketPath, {
        ...this.#options,
        rules: () => narrowEgress(attachment.rules, this.#allowedHosts.get(attachment.organizationId) ?? null),
        calls,
        onSpent: (milliseconds) => {
          attachment.egressMs += milliseconds;
        },
        onRefusal: (text) =>
          attachment.logs?.write({ level: 'warn', source: 'platform', text: `egress refused: ${text}` }),
      });
      void process.exited.then(() => proxy.close());
      await process.openEgress();
    } catch (error) {
      await driver.stop(process);
      throw error;
    }
    return process;
  }

  /**
   * A warm process; one for the pool was warmed up with a call. @throws AppError `sandbox.start_failed`, also when it
   * takes too long
   */
  async startWarm(image: RunnerImage, isForPool = false): Promise<WarmSandbox> {
    const { driver, monotonicMs } = this.#options;
    const warm = new WarmSandbox(driver, await this.startProcess(image, { isBackground: true }), monotonicMs());
    const impatience = setTimeout(() => void warm.stop(), HOST_LIMITS.startMsMax);
    try {
      await warm.ready;
      if (isForPool) await warm.warmUp();
    } finally {
      clearTimeout(impatience);
    }
    return warm;
  }

  /**
   * Assigns the process to the invocation's key, permanently. Resolves when its connector serves; without an answer in
   * time it is ended. @throws AppError `sandbox.*` for its author
   */
  async assign(
    process: SandboxProcess,
    given: { invocation: InvocationHeader; provision: Provision; user: SandboxUser },
  ): Promise<LiveSandbox> {
    const { invocation, provision, user } = given;
    const { driver, startMsMax = HOST_LIMITS.startMsMax, nowMs } = this.#options;
    const { key } = invocation;
    const attachment = this.#attachments.get(process.sandboxId);
    if (!attachment)
      throw new AppError('sandbox.start_failed', { internal: 'the sandbox ended before its owner came' });
    // The pool assigns a process once; should it ever fail to, no tenant's code runs beside another's settings.
    if (attachment.logs) {
      await driver.stop(process);
      throw new AppError('sandbox.start_failed', { internal: 'a second assignment' });
    }
    const logs = new LogCapture({
      secrets: Object.values(provision.secrets),
      now: nowMs,
      emit: (line) => attachment.user?.onLog({ ...line, key, sandboxId: process.sandboxId }),
      onDropped: () => {
        this.droppedLogLines += 1;
      },
    });
    attachment.logs = logs;
    attachment.organizationId = key.organizationId;
    attachment.calls.assign(provision.providers ?? []);
    this.serve(process.sandboxId, { invocation, user });
    const sandbox = new LiveSandbox({
      driver,
      process,
      logs,
      onEvent: (event) => attachment.user?.onEvent?.({ ...event, key }),
      startMsMax,
    });
    await sandbox.assign(provision.artifact, provision.secrets);
    return sandbox;
  }

  /** From here on this caller's rules apply, and it receives lines and events. */
  serve(sandboxId: string, given: { invocation: InvocationHeader; user: SandboxUser }): void {
    const attachment = this.#attachments.get(sandboxId);
    if (!attachment) return; // ended in between; the call finds out
    attachment.rules = given.invocation.egress;
    attachment.user = given.user;
  }

  /** From here on the requests of this call are known to the sandbox's proxy, with its effect and its credentials. */
  enter(
    sandboxId: string,
    { effect }: Pick<InvocationHeader, 'effect'>,
    { client, grants }: { readonly client: CallClient; readonly grants: readonly CredentialGrant[] },
  ): EnteredCall {
    // A sandbox that ended in between sends no request any more; the call finds out.
    const calls = this.#attachments.get(sandboxId)?.calls ?? new SandboxCalls();
    return calls.enter(
      {
        effect,
        onViolation: (violation) => client.onViolation?.(violation),
        refresh: async (grant) => (await client.refreshCredential?.(grant)) ?? null,
      },
      grants,
    );
  }

  /** The hosts that an organization allows from now on, also to calls in flight; null for every declared one. */
  setAllowedHosts(organizationId: string, hosts: readonly string[] | null): void {
    if (hosts === null) this.#allowedHosts.delete(organizationId);
    else this.#allowedHosts.set(organizationId, hosts);
  }

  egressMsOf(sandboxId: string): number {
    return this.#attachments.get(sandboxId)?.egressMs ?? 0;
  }
}
