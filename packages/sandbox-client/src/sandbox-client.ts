import type {
  BuildTask,
  ConnectorEvent,
  EgressViolation,
  Invocation,
  InvocationNotification,
  InvocationOutcome,
  JsonObject,
  LogRecord,
  Provision,
  ProvisionRequest,
  RetireMatch,
  SupervisorHealth,
  TaskOutcome,
} from '@patchbay/sandbox-protocol';
import type { TlsIdentity } from '@patchbay/sandbox-protocol/peers';
import type { CredentialGrant, SupervisorStatus } from '@patchbay/sandbox-protocol/wire';
import type { SupervisorSource } from './supervisor-target.ts';

export interface SandboxClientOptions {
  readonly supervisors: SupervisorSource;
  /** Needed for supervisors on other machines. */
  readonly identity?: TlsIdentity | undefined;
  /** Called only when a sandbox must start; an AppError it throws is the answer of the call. */
  provision(request: ProvisionRequest): Promise<Provision>;
  /** Opens the credentials that this invocation names. Called when its sandbox is about to run it; absent: there are none. */
  openCredentials?(invocation: Invocation): Promise<readonly CredentialGrant[]>;
  /** A value after the one of this revision, which the provider refused; null where there is none. */
  refreshCredential?(invocation: Invocation, refused: RefusedCredential): Promise<CredentialGrant | null>;
  /** Called when a request of a call that only reads was refused because it may write. */
  onViolation?(invocation: Invocation, violation: EgressViolation): void;
  onLog(record: LogRecord): void;
  /** Called with changes that connectors publish outside of their calls. */
  onEvent?(event: ConnectorEvent): void;
}

/** A credential whose value its provider no longer takes. */
export interface RefusedCredential {
  readonly id: string;
  readonly revision: number;
}

export interface InvokeOptions {
  /** Aborting cancels the call in the sandbox; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  onNotification?(notification: InvocationNotification): void;
}

export interface RunTaskOptions {
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: JsonObject): void;
}

/** How one supervisor is, seen from here. */
export interface SupervisorReport {
  readonly hostId: string;
  readonly address: string;
  readonly state: SupervisorStatus['state'] | 'away';
  /** Why it is away; null otherwise. */
  readonly reason: string | null;
  /** Requests this process waits for there. */
  readonly inFlight: number;
  /** Version of the inside protocol it was agreed to speak, last. */
  readonly version: number;
  /** When ours or its certificate runs out, whichever is first; null on one machine. */
  readonly certificatesEnd: Date | null;
  /** Null while it is away. */
  readonly health: SupervisorHealth | null;
}

/** The way to the supervisors, for gateway and worker. */
export interface SandboxClient {
  /**
   * Runs one invocation.
   *
   * @throws AppError `sandbox.*` when no answer of the connector came: deadline, crash, capacity, result too large;
   * `sandbox.supervisor_lost` (a read, safe to retry) or `sandbox.outcome_unknown` (it may have run) when the
   * connection broke under the call
   */
  invoke(invocation: Invocation, options?: InvokeOptions): Promise<InvocationOutcome>;
  /** Lets matching sandboxes on every host finish their calls, then stops them. Resolves when no new call can reach one. */
  retire(match: RetireMatch): Promise<void>;
  /** Holds the sandboxes of an organization on every host to these hosts from now on; null for all that are declared. */
  setAllowedHosts(organizationId: string, hosts: readonly string[] | null): void;
  /** Runs one build program in a throw-away sandbox. @throws AppError `sandbox.task_*` */
  runTask(task: BuildTask, options?: RunTaskOptions): Promise<TaskOutcome>;
  /** Every supervisor that is looked for or connected. Answers within a second or two, whatever they do. */
  supervisors(): Promise<readonly SupervisorReport[]>;
  close(): Promise<void>;
}
