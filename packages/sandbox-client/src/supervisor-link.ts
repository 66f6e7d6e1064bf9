/**
 * One supervisor as this process sees it: the connection, its last report, and the requests that wait for it. A request
 * whose connection breaks fails at once, with information whether a retry is safe.
 */
import { AppError } from '@patchbay/foundation';
import { type ConnectorEvent, isJsonObject, type JsonObject, type LogRecord } from '@patchbay/sandbox-protocol';
import {
  agreeOnVersion,
  CREDENTIALS_SINCE,
  decodeJson,
  decodeMixed,
  egressViolationSchema,
  encodeJsonFrame,
  type Frame,
  fromWireError,
  mismatchText,
  PROTOCOL_VERSIONS,
  SILENT_PEER,
  SUPERVISOR_FRAMES,
  type SupervisorStatus,
  supervisorStatusSchema,
  type VersionRange,
} from '@patchbay/sandbox-protocol/wire';
import { type CallEnd, credentialsFrame, provisionFrame, refreshedFrame } from './answer-supervisor.ts';
import type { HostView } from './choose-host.ts';
import type { InvokeOptions, RunTaskOptions, SandboxClientOptions } from './sandbox-client.ts';
import { SupervisorConnection } from './supervisor-connection.ts';
import { isSameTarget, type SupervisorTarget } from './supervisor-target.ts';

export type LinkOptions = Omit<SandboxClientOptions, 'supervisors'>;

export interface LinkEvents {
  /** New calls may go there from now on. */
  onReady(): void;
  onLost(): void;
}

interface Listeners {
  readonly onNotification?: InvokeOptions['onNotification'];
  readonly onProgress?: RunTaskOptions['onProgress'];
}

export interface Wanted {
  readonly id: string;
  readonly frame: Buffer;
  readonly signal?: AbortSignal | undefined;
  readonly listeners?: Listeners;
  /** Answers what the supervisor asks during a call. */
  readonly call?: CallEnd;
  /** The error when the connection breaks before the answer. */
  lost(): AppError;
}

interface Pending extends Listeners {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  readonly call: CallEnd | undefined;
  lost(): AppError;
}

export class SupervisorLink implements HostView {
  readonly target: SupervisorTarget;
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  readonly #connection: SupervisorConnection;
  readonly #pending = new Map<string, Pending>();
  #status: SupervisorStatus;
  /** Agreed on for the present connection. */
  #version = SILENT_PEER.max;

  constructor(target: SupervisorTarget, options: LinkOptions, events: LinkEvents) {
    this.target = target;
    this.#options = options;
    this.#events = events;
    this.#status = { hostId: target.id, state: 'serving', takesTasks: true };
    this.#connection = new SupervisorConnection(target, options.identity, {
      onFrame: (frame) => this.#onFrame(frame),
      onReady: () => {
        this.#sendHello();
        events.onReady();
      },
      onLost: () => this.#onLost(),
    });
  }

  get hostId(): string {
    return this.#status.hostId;
  }

  get state(): SupervisorStatus['state'] {
    return this.#status.state;
  }

  get takesTasks(): boolean {
    return this.#status.takesTasks;
  }

  /** Version of the inside protocol that both sides speak. */
  get version(): number {
    return this.#version;
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /** Why there is no connection; null while there is one. */
  get problem(): string | null {
    return this.#connection.problem;
  }

  get certificatesEnd(): Date | null {
    return this.#connection.certificatesEnd;
  }

  isFor(target: SupervisorTarget): boolean {
    return isSameTarget(this.target, target);
  }

  /** Sends a request and waits for its answer. Only while there is a connection. */
  async request<T>(wanted: Wanted): Promise<T> {
    const { id, frame, signal, listeners, call, lost } = wanted;
    signal?.throwIfAborted();
    const socket = this.#connection.current;
    if (socket === null) throw new AppError('sandbox.unavailable', { retryAfterSeconds: 1, sent: false });
    const answered = Promise.withResolvers<unknown>();
    this.#pending.set(id, {
      ...listeners,
      lost,
      call,
      resolve: answered.resolve,
      reject: answered.reject,
    });
    const onAbort = () => {
      if (this.#pending.delete(id) && socket.writable) {
        socket.write(encodeJsonFrame(SUPERVISOR_FRAMES.cancel, { id }));
      }
      answered.reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const [answer] = await Promise.all([answered.promise, this.#connection.write(socket, frame)]);
      return answer as T; // the frame that answers an id has the type its request asked for
    } finally {
      this.#pending.delete(id);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Without effect on a supervisor that does not know the frame: calls to it are narrowed by themselves. */
  setAllowedHosts(organizationId: string, hosts: readonly string[] | null): void {
    if (this.#version < CREDENTIALS_SINCE) return;
    this.#connection.current?.write(encodeJsonFrame(SUPERVISOR_FRAMES.egressPolicy, { organizationId, hosts }));
  }

  close(): void {
    this.#connection.close();
  }

  #onFrame(frame: Frame): void {
    const { onLog, onEvent } = this.#options;
    if (frame.type === SUPERVISOR_FRAMES.log) return void onLog(decodeJson(frame.payload) as LogRecord); // our own supervisor
    if (frame.type === SUPERVISOR_FRAMES.event)
      return void onEvent?.(decodeJson(frame.payload) as unknown as ConnectorEvent); // checked by our supervisor
    if (frame.type === SUPERVISOR_FRAMES.answer) return void this.#onAnswer(frame);
    if (frame.type === SUPERVISOR_FRAMES.taskResult) return void this.#onTaskResult(frame);
    if (frame.type === SUPERVISOR_FRAMES.status) return void this.#onStatus(frame);
    const value = decodeJson(frame.payload);
    if (!isJsonObject(value)) return;
    if (frame.type === SUPERVISOR_FRAMES.provide)
      return void this.#give(provisionFrame(value, this.#options.provision));
    const found = this.#pending.get(String(value.id));
    if (frame.type === SUPERVISOR_FRAMES.pullCredentials) {
      return void this.#give(credentialsFrame(String(value.id), found?.call?.openCredentials));
    }
    if (frame.type === SUPERVISOR_FRAMES.refreshCredential) return void this.#give(refreshedFrame(value, found?.call));
    if (!found) return;
    if (frame.type === SUPERVISOR_FRAMES.violation)
      return void found.call?.onViolation(egressViolationSchema.parse(value.violation));
    if (frame.type === SUPERVISOR_FRAMES.outcome) found.resolve(value.outcome);
    else if (frame.type === SUPERVISOR_FRAMES.done) found.resolve(value.value);
    else if (frame.type === SUPERVISOR_FRAMES.failed) found.reject(fromWireError(value.error));
    else if (frame.type === SUPERVISOR_FRAMES.taskProgress)
      found.onProgress?.(value.progress as JsonObject); // checked there
    else if (frame.type === SUPERVISOR_FRAMES.notification) {
      found.onNotification?.({ method: String(value.method), params: isJsonObject(value.params) ? value.params : {} });
    }
  }

  /** A supervisor that declares no versions does not know a hello and would end the connection. */
  #sendHello(): void {
    if (this.#status.versions === undefined) return;
    this.#connection.current?.write(encodeJsonFrame(SUPERVISOR_FRAMES.hello, { versions: PROTOCOL_VERSIONS }));
  }

  /** @throws when the version ranges do not overlap: the connection then ends, and health reports the reason */
  #agreeWith(peer: VersionRange): number {
    const version = agreeOnVersion(PROTOCOL_VERSIONS, peer);
    if (version === null) throw new Error(mismatchText(peer, PROTOCOL_VERSIONS));
    return version;
  }

  /** @throws when it names another host than its certificate, or speaks no version of ours: the connection then ends */
  #onStatus(frame: Frame): void {
    const status = supervisorStatusSchema.parse(decodeJson(frame.payload));
    if (!('socketPath' in this.target) && status.hostId !== this.target.id) {
      throw new Error(`it calls itself ${status.hostId}, its certificate ${this.target.id}`);
    }
    this.#version = this.#agreeWith(status.versions ?? SILENT_PEER);
    const couldServe = this.#status.state === 'serving';
    this.#status = status;
    if (!couldServe && status.state === 'serving' && this.problem === null) this.#events.onReady();
  }

  #onAnswer(frame: Frame): void {
    const { header, bytes } = decodeMixed(frame.payload);
    if (!isJsonObject(header)) return;
    const { id, isError, timings } = header;
    this.#pending.get(String(id))?.resolve({ isError: isError === true, timings, payload: bytes });
  }

  #onTaskResult(frame: Frame): void {
    const { header, bytes } = decodeMixed(frame.payload);
    if (!isJsonObject(header)) return;
    const { id, result, usage, hasFiles } = header;
    this.#pending.get(String(id))?.resolve({ result, usage, ...(hasFiles === true && { files: bytes }) });
  }

  /** Answers a request of the supervisor: for a call of ours that is in flight there, and only what that call named. */
  async #give(frame: Promise<Buffer>): Promise<void> {
    const given = await frame;
    this.#connection.current?.write(given);
  }

  #onLost(): void {
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const entry of lost) entry.reject(entry.lost());
    this.#events.onLost();
  }
}
