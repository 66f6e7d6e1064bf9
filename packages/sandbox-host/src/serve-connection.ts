/** One connection of a gateway or worker to this supervisor: frames in, work, frames out. */
import type { Socket } from 'node:net';
import { AppError } from '@patchbay/foundation';
import { type EgressViolation, type Invocation, isJsonObject, type Provision } from '@patchbay/sandbox-protocol';
import {
  agreeOnVersion,
  buildTaskHeaderSchema,
  CREDENTIALS_SINCE,
  decodeJson,
  decodeMixed,
  decodeProvision,
  egressPolicySchema,
  encodeJsonFrame,
  encodeMixedFrame,
  type Frame,
  FrameReader,
  fromWireError,
  HOST_FRAME_BYTES_MAX,
  helloSchema,
  type InvocationHeader,
  invocationHeaderSchema,
  invocationSchema,
  keepAlive,
  mismatchText,
  PROTOCOL_VERSIONS,
  retireMatchSchema,
  SILENT_PEER,
  SUPERVISOR_FRAMES,
  type SupervisorStatus,
  toWireError,
  type VersionRange,
  writeInTurn,
} from '@patchbay/sandbox-protocol/wire';
import { AwaitedReplies } from './calls/awaited-replies.ts';
import { CredentialPulls } from './calls/credential-pulls.ts';
import type { InvokeCaller, SandboxHost } from './sandbox-host.ts';

export interface ServeOptions {
  /** The name of this host among supervisors. */
  readonly hostId: string;
  /** Build tasks read their packages from the store, so they run where it is. */
  readonly takesTasks: boolean;
  /** Whether the peer is on another machine, where a connection can fall silent without an end. */
  readonly isRemote: boolean;
  /** Called with the reason when a peer without a common version is refused. */
  onRefused?(reason: string): void;
}

export interface ServedConnection {
  /** Asks the peer to send no new work: this supervisor finishes its calls and ends. */
  leave(): void;
}

/** Serves the connection until it closes; work that was asked over it is then cancelled. */
export function serveConnection(socket: Socket, host: SandboxHost, options: ServeOptions): ServedConnection {
  const connection = new Connection(socket, host, options);
  const reader = new FrameReader(HOST_FRAME_BYTES_MAX);
  connection.sendStatus(host.health().ready ? 'serving' : 'refusing');
  if (options.isRemote) keepAlive(socket);
  socket.on('data', (chunk) => {
    try {
      for (const frame of reader.push(chunk)) connection.take(frame);
    } catch {
      socket.destroy(); // a peer that breaks the framing cannot be answered
    }
  });
  socket.on('error', () => {}); // close follows
  socket.on('close', () => connection.close());
  return { leave: () => connection.sendStatus('leaving') };
}

class Connection {
  readonly #socket: Socket;
  readonly #host: SandboxHost;
  readonly #options: ServeOptions;
  readonly #running = new Map<string, AbortController>();
  readonly #provisions = new AwaitedReplies<Provision>();
  readonly #pulls = new CredentialPulls((type, value) => this.#send(type, value));
  /** Agreed on; until its hello, the peer is of the release before versions were agreed. */
  #version = SILENT_PEER.max;

  constructor(socket: Socket, host: SandboxHost, options: ServeOptions) {
    this.#socket = socket;
    this.#host = host;
    this.#options = options;
  }

  sendStatus(state: SupervisorStatus['state']): void {
    const { hostId, takesTasks } = this.#options;
    this.#send(SUPERVISOR_FRAMES.status, {
      hostId,
      state,
      takesTasks,
      versions: PROTOCOL_VERSIONS,
    } satisfies SupervisorStatus);
  }

  take(frame: Frame): void {
    switch (frame.type) {
      case SUPERVISOR_FRAMES.heartbeat:
        return; // its arrival is its only content
      case SUPERVISOR_FRAMES.hello:
        return void this.#agree(helloSchema.parse(decodeJson(frame.payload)).versions);
      case SUPERVISOR_FRAMES.credentials:
        return void this.#pulls.take(frame);
      case SUPERVISOR_FRAMES.credentialsFailed:
        return void this.#pulls.reject(failureOf(frame));
      case SUPERVISOR_FRAMES.invoke:
        return void this.#answer(invocationSchema.parse(decodeJson(frame.payload)), (call, signal) =>
          this.#invoke(call, signal),
        );
      case SUPERVISOR_FRAMES.call: {
        const { header, bytes } = decodeMixed(frame.payload);
        return void this.#answer(invocationHeaderSchema.parse(header), (call, signal) =>
          this.#forward(call, bytes, signal),
        );
      }
      case SUPERVISOR_FRAMES.task: {
        const { header, bytes } = decodeMixed(frame.payload);
        const task = { ...buildTaskHeaderSchema.parse(header), files: bytes };
        return void this.#answer(task, (given, signal) => this.#runTask(given, signal));
      }
      case SUPERVISOR_FRAMES.cancel:
        return void this.#running
          .get(idOf(frame))
          ?.abort(new AppError('sandbox.unavailable', { internal: 'cancelled by the caller' }));
      case SUPERVISOR_FRAMES.provided: {
        const { id, provision } = decodeProvision(frame.payload);
        return void this.#provisions.resolve(id, provision);
      }
      case SUPERVISOR_FRAMES.provideFailed: {
        const { id, error } = failureOf(frame);
        return void this.#provisions.reject(id, error);
      }
      case SUPERVISOR_FRAMES.retire: {
        const { id, match } = retireMatchSchema.parse(decodeJson(frame.payload));
        this.#host.retire(match);
        return void this.#send(SUPERVISOR_FRAMES.done, { id, value: null });
      }
      case SUPERVISOR_FRAMES.egressPolicy: {
        const { organizationId, hosts } = egressPolicySchema.parse(decodeJson(frame.payload));
        return void this.#host.setAllowedHosts(organizationId, hosts);
      }
      case SUPERVISOR_FRAMES.health:
        return void this.#send(SUPERVISOR_FRAMES.done, { id: idOf(frame), value: this.#host.health() });
      default:
        throw new Error(`unknown frame ${frame.type}`);
    }
  }

  close(): void {
    const lost = new AppError('sandbox.unavailable', { internal: 'the connection closed' });
    for (const controller of this.#running.values()) controller.abort(lost);
    this.#provisions.rejectAll(lost);
    this.#pulls.rejectAll(lost);
  }

  /** @throws when there is no version both speak: the connection then ends */
  #agree(peer: VersionRange): void {
    const version = agreeOnVersion(PROTOCOL_VERSIONS, peer);
    if (version === null) {
      const reason = mismatchText(peer, PROTOCOL_VERSIONS);
      this.#options.onRefused?.(reason);
      throw new Error(reason);
    }
    this.#version = version;
  }

  async #answer<T extends { readonly id: string }>(
    request: T,
    work: (request: T, signal: AbortSignal) => Promise<Buffer>,
  ): Promise<void> {
    const controller = new AbortController();
    this.#running.set(request.id, controller);
    let frame: Buffer;
    try {
      frame = await work(request, controller.signal);
    } catch (error) {
      frame = encodeJsonFrame(SUPERVISOR_FRAMES.failed, { id: request.id, error: toWireError(error) });
    }
    this.#running.delete(request.id);
    this.#write(frame);
  }

  /** For a peer of the release before payloads crossed unread. */
  async #invoke(invocation: Invocation, signal: AbortSignal): Promise<Buffer> {
    const outcome = await this.#host.invoke(invocation, this.#callerOf(invocation, signal));
    return encodeJsonFrame(SUPERVISOR_FRAMES.outcome, { id: invocation.id, outcome });
  }

  async #forward(call: InvocationHeader, params: Buffer, signal: AbortSignal): Promise<Buffer> {
    const { isError, timings, payload } = await this.#host.forward(call, params, this.#callerOf(call, signal));
    return encodeMixedFrame(SUPERVISOR_FRAMES.answer, { id: call.id, isError, timings }, payload);
  }

  #callerOf(call: InvocationHeader, signal: AbortSignal): InvokeCaller {
    return {
      signal,
      provision: (snapshotDigest) => this.#provide(call, snapshotDigest),
      openCredentials: () => this.#pulls.pull(call.id, this.#version),
      refreshCredential: (grant) => this.#pulls.refresh(call.id, grant),
      onViolation: (violation) => this.#reportViolation(call.id, violation),
      onLog: (record) => this.#send(SUPERVISOR_FRAMES.log, record),
      onEvent: (event) => this.#send(SUPERVISOR_FRAMES.event, event),
      onNotification: (notification) => this.#send(SUPERVISOR_FRAMES.notification, { id: call.id, ...notification }),
    };
  }

  async #runTask(task: Parameters<SandboxHost['runTask']>[0], signal: AbortSignal): Promise<Buffer> {
    const { result, files, usage } = await this.#host.runTask(task, {
      signal,
      onProgress: (progress) => this.#send(SUPERVISOR_FRAMES.taskProgress, { id: task.id, progress }),
    });
    const header = { id: task.id, result, usage, hasFiles: files !== undefined };
    return encodeMixedFrame(SUPERVISOR_FRAMES.taskResult, header, files ?? Buffer.alloc(0));
  }

  #provide(invocation: InvocationHeader, snapshotDigest?: string): Promise<Provision> {
    const { id, key, artifactDigest } = invocation;
    const provision = this.#provisions.wait(id);
    this.#send(SUPERVISOR_FRAMES.provide, { id, key, artifactDigest, snapshotDigest });
    return provision;
  }

  /** A peer of an earlier version does not know the frame; the request is refused all the same. */
  #reportViolation(id: string, violation: EgressViolation): void {
    if (this.#version >= CREDENTIALS_SINCE) this.#send(SUPERVISOR_FRAMES.violation, { id, violation });
  }

  #send(type: number, value: unknown): void {
    this.#write(encodeJsonFrame(type, value));
  }

  #write(frame: Buffer): void {
    if (this.#socket.writable) writeInTurn(this.#socket, frame);
  }
}

/** @throws when the frame holds no object: the connection then ends */
function failureOf(frame: Frame): { readonly id: string; readonly error: AppError } {
  const value = decodeJson(frame.payload);
  if (!isJsonObject(value)) throw new Error('a failure without an object');
  return { id: String(value.id), error: fromWireError(value.error) };
}

function idOf(frame: Frame): string {
  const value = decodeJson(frame.payload);
  return isJsonObject(value) ? String(value.id) : '';
}
