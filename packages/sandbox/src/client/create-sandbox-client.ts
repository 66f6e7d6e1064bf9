/**
 * The gateway's and worker's end of the way to a supervisor. Reconnects by itself. A call that loses its connection is
 * answered at once and says whether a retry is safe: reads are, what may write has an unknown outcome.
 */
import { AppError, newId } from '@patchbay/foundation';
import type { BuildTask, TaskOutcome } from '../protocol/build-task.ts';
import type { ConnectorEvent } from '../protocol/connector-event.ts';
import { decodeJson, decodeMixed, encodeJsonFrame, encodeMixedFrame, type Frame } from '../protocol/frame.ts';
import type { Invocation } from '../protocol/invocation.ts';
import type { IsolationKey } from '../protocol/isolation-key.ts';
import { isJsonObject, type JsonObject } from '../protocol/json.ts';
import type { LogRecord } from '../protocol/log-record.ts';
import type { InvocationOutcome } from '../protocol/outcome.ts';
import { SUPERVISOR_FRAMES } from '../protocol/supervisor-frames.ts';
import type { SupervisorHealth } from '../protocol/supervisor-health.ts';
import { fromWireError, toWireError } from '../protocol/wire-error.ts';
import type {
  InvokeOptions,
  RetireMatch,
  RunTaskOptions,
  SandboxClient,
  SandboxClientOptions,
} from './sandbox-client.ts';
import { SupervisorConnection } from './supervisor-connection.ts';

/** How long a request waits for a supervisor that is away, before it is told so. */
const CONNECT_WAIT_MS = 4_000;

/** Connects to a supervisor's socket; reconnects by itself, with back-off, until closed. */
export function createSandboxClient(options: SandboxClientOptions): SandboxClient {
  const connection = new SupervisorConnection(options.socketPath, {
    onFrame: (frame) => onFrame(frame),
    onLost: () => onLost(),
  });
  const pending = new Map<string, Pending>();

  async function request<T>(wanted: Wanted): Promise<T> {
    const { id, frame, signal, listeners, lost } = wanted;
    signal?.throwIfAborted();
    const socket = await connection.ready(CONNECT_WAIT_MS, signal);
    const answered = Promise.withResolvers<unknown>();
    pending.set(id, { ...listeners, lost, resolve: answered.resolve, reject: answered.reject });
    const onAbort = () => {
      if (pending.delete(id) && socket.writable) socket.write(encodeJsonFrame(SUPERVISOR_FRAMES.cancel, { id }));
      answered.reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await connection.write(socket, frame);
      return (await answered.promise) as T; // the frame that answers an id has the type its request asked for
    } finally {
      pending.delete(id);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  function onFrame(frame: Frame): void {
    if (frame.type === SUPERVISOR_FRAMES.log) return void options.onLog(decodeJson(frame.payload) as LogRecord); // our own supervisor
    if (frame.type === SUPERVISOR_FRAMES.event)
      return void options.onEvent?.(decodeJson(frame.payload) as unknown as ConnectorEvent); // checked by our supervisor
    if (frame.type === SUPERVISOR_FRAMES.taskResult) return void onTaskResult(frame);
    const value = decodeJson(frame.payload);
    if (!isJsonObject(value)) return;
    if (frame.type === SUPERVISOR_FRAMES.provide) return void provide(value);
    const found = pending.get(String(value.id));
    if (!found) return;
    if (frame.type === SUPERVISOR_FRAMES.outcome) found.resolve(value.outcome);
    else if (frame.type === SUPERVISOR_FRAMES.done) found.resolve(value.value);
    else if (frame.type === SUPERVISOR_FRAMES.failed) found.reject(fromWireError(value.error));
    else if (frame.type === SUPERVISOR_FRAMES.taskProgress)
      found.onProgress?.(value.progress as JsonObject); // checked there
    else if (frame.type === SUPERVISOR_FRAMES.notification) {
      found.onNotification?.({ method: String(value.method), params: isJsonObject(value.params) ? value.params : {} });
    }
  }

  function onTaskResult(frame: Frame): void {
    const { header, bytes } = decodeMixed(frame.payload);
    if (!isJsonObject(header)) return;
    const { id, result, usage, hasFiles } = header;
    pending.get(String(id))?.resolve({ result, usage, ...(hasFiles === true && { files: bytes }) });
  }

  async function provide(asked: JsonObject): Promise<void> {
    const { id } = asked;
    let frame: Buffer;
    try {
      const key = asked.key as unknown as IsolationKey; // the key of an invocation this client sent
      const { artifact, secrets } = await options.provision(key, String(asked.artifactDigest));
      frame = encodeMixedFrame(SUPERVISOR_FRAMES.provided, { id, secrets }, artifact);
    } catch (error) {
      frame = encodeJsonFrame(SUPERVISOR_FRAMES.provideFailed, { id, error: toWireError(error) });
    }
    connection.current?.write(frame);
  }

  function onLost(): void {
    const lost = [...pending.values()];
    pending.clear();
    for (const entry of lost) entry.reject(entry.lost());
  }

  return {
    invoke: (invocation: Invocation, given: InvokeOptions = {}) =>
      request<InvocationOutcome>({
        id: invocation.id,
        frame: encodeJsonFrame(SUPERVISOR_FRAMES.invoke, invocation),
        signal: given.signal,
        listeners: { onNotification: given.onNotification },
        lost: () => new AppError(invocation.effect === 'read' ? 'sandbox.supervisor_lost' : 'sandbox.outcome_unknown'),
      }),
    retire: async (match: RetireMatch) => {
      const id = newId('request');
      await request({ id, frame: encodeJsonFrame(SUPERVISOR_FRAMES.retire, { id, match }), lost: supervisorLost });
    },
    runTask: (task: BuildTask, given: RunTaskOptions = {}) => {
      const { files, ...header } = task;
      const frame = encodeMixedFrame(SUPERVISOR_FRAMES.task, header, files);
      const listeners = { onProgress: given.onProgress };
      return request<TaskOutcome>({ id: task.id, frame, signal: given.signal, listeners, lost: supervisorLost });
    },
    health: () => {
      const id = newId('request');
      return request<SupervisorHealth>({
        id,
        frame: encodeJsonFrame(SUPERVISOR_FRAMES.health, { id }),
        lost: supervisorLost,
      });
    },
    close: async () => connection.close(),
  };
}

const supervisorLost = () => new AppError('sandbox.supervisor_lost');

interface Listeners {
  readonly onNotification?: InvokeOptions['onNotification'];
  readonly onProgress?: RunTaskOptions['onProgress'];
}

interface Wanted {
  readonly id: string;
  readonly frame: Buffer;
  readonly signal?: AbortSignal | undefined;
  readonly listeners?: Listeners;
  /** The error when the connection breaks before the answer. */
  lost(): AppError;
}

interface Pending extends Listeners {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  lost(): AppError;
}
