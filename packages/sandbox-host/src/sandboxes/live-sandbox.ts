/**
 * One started sandbox from its assignment to its end. Everything it sends on descriptor 3 is hostile input: an answer,
 * log or notification for an invocation that is not in flight here, a broken frame or an unknown type kills it.
 */
import { AppError } from '@patchbay/foundation';
import {
  type ConnectorEvent,
  type InvocationNotification,
  isConnectorEventMethod,
  isJsonObject,
  type JsonObject,
} from '@patchbay/sandbox-protocol';
import {
  decodeJson,
  decodeMixed,
  encodeJsonFrame,
  encodeMixedFrame,
  type Frame,
  FrameError,
  FrameReader,
  type InvocationHeader,
  type RawAnswer,
  RUNNER_FRAMES,
  SANDBOX_FRAME_BYTES_MAX,
  writeInTurn,
} from '@patchbay/sandbox-protocol/wire';
import { EVENT_URI_LENGTH_MAX, EventRate } from '../bounds/event-rate.ts';
import { HOST_LIMITS } from '../bounds/limits.ts';
import { asLogLevel, runnerCallOf, startErrorOf, takeAnswer } from '../calls/runner-messages.ts';
import type { SandboxDriver, SandboxExit, SandboxProcess } from '../drivers/driver.ts';
import type { LogCapture } from '../logs/log-capture.ts';
import { crashLine, errorOfExit, LAST_LINES } from './crash-cause.ts';

export type SandboxAnswer = Omit<RawAnswer, 'timings'>;

interface CallInFlight {
  readonly invocation: InvocationHeader;
  resolve(answer: SandboxAnswer): void;
  reject(error: unknown): void;
  onNotification(notification: InvocationNotification): void;
}

export interface LiveSandboxOptions {
  readonly driver: SandboxDriver;
  readonly process: SandboxProcess;
  readonly logs: LogCapture;
  /** Called with changes that the connector publishes outside of its calls. */
  onEvent?(event: Omit<ConnectorEvent, 'key'>): void;
  readonly startMsMax: number;
}

export class LiveSandbox {
  readonly id: string;
  readonly #driver: SandboxDriver;
  readonly #process: SandboxProcess;
  readonly #logs: LogCapture;
  readonly #startMsMax: number;
  readonly #onEvent: LiveSandboxOptions['onEvent'];
  readonly #events = new EventRate();
  readonly #reader = new FrameReader(SANDBOX_FRAME_BYTES_MAX);
  readonly #calls = new Map<string, CallInFlight>();
  /** Calls without a waiting caller, until the sandbox has acknowledged their end. */
  readonly #abandoned = new Map<string, number>();
  readonly #pings = new Map<number, NodeJS.Timeout>();
  readonly #started = Promise.withResolvers<void>();
  /** The end of what it wrote to its standard error, each byte as a character. */
  #lastWords = '';
  /** Its last log lines: an uncaught exception is among them. */
  #lastLogged: readonly string[] = [];
  #pingCount = 0;
  #ended: AppError | null = null;
  /** The reported cause of the exit, when we ended it. */
  #cause: AppError | null = null;
  readonly exited: Promise<SandboxExit>;
  readonly #terminate = Promise.withResolvers<AppError>();
  /** Resolves with the reason as soon as it is known to end, which is before the process is gone: no further call may be given to it. */
  readonly terminating = this.#terminate.promise;

  constructor(options: LiveSandboxOptions) {
    this.id = options.process.sandboxId;
    this.#driver = options.driver;
    this.#process = options.process;
    this.#logs = options.logs;
    this.#startMsMax = options.startMsMax;
    this.#onEvent = options.onEvent;
    this.#started.promise.catch(() => {});
    const { link, stdout, stderr } = options.process;
    const [toInfo, toError] = [this.#logs.stream('info'), this.#logs.stream('error')];
    stdout.on('data', toInfo);
    stderr.on('data', (chunk: Buffer) => {
      this.#lastWords = `${this.#lastWords}${chunk.toString('latin1')}`.slice(-4096);
      toError(chunk);
    });
    link.on('data', (chunk: Buffer) => this.#read(chunk));
    link.on('error', () => {}); // the exit event reports it
    this.exited = options.process.exited.then((exit) => {
      toInfo(null);
      toError(null);
      const error = this.#cause ?? errorOfExit(exit, this.#lastWords, options.process.profile);
      if (this.#cause === null) this.#logCrash(error);
      this.#end(error);
      return exit;
    });
  }

  get isAlive(): boolean {
    return this.#ended === null && this.#cause === null;
  }

  /** Hands over code and settings. Resolves when the connector serves. @throws AppError `sandbox.*` for its author */
  async assign(artifact: Uint8Array, secrets: Readonly<Record<string, string>>): Promise<void> {
    const timer = setTimeout(() => {
      this.#kill(
        new AppError('sandbox.start_timeout', {
          detail: `The connector did not start within ${this.#startMsMax} ms.`,
        }),
      );
    }, this.#startMsMax);
    try {
      this.#driver.assign(this.#process, encodeMixedFrame(RUNNER_FRAMES.assign, { secrets }, artifact));
      await this.#started.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends one call. Aborting the signal cancels it; a sandbox that does not acknowledge that is killed. */
  call(
    { header, params }: { readonly header: InvocationHeader; readonly params: Uint8Array },
    options: {
      signal: AbortSignal;
      /** Name of a credential → the reference with which the connector uses it, during this call. */
      references: Readonly<Record<string, string>>;
      onNotification(notification: InvocationNotification): void;
    },
  ): Promise<SandboxAnswer> {
    const over = this.#ended ?? this.#cause;
    if (over) return Promise.reject(over.with({ sent: false }));
    return new Promise((resolve, reject) => {
      const { signal, onNotification } = options;
      const onAbort = () => {
        this.#calls.delete(header.id);
        this.#abandon(header.id);
        reject(signal.reason);
      };
      const settled = () => signal.removeEventListener('abort', onAbort);
      this.#calls.set(header.id, {
        invocation: header,
        onNotification,
        resolve: (answer) => {
          settled();
          resolve(answer);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      signal.addEventListener('abort', onAbort, { once: true });
      writeInTurn(
        this.#process.link,
        encodeMixedFrame(RUNNER_FRAMES.call, runnerCallOf(header, options.references), params),
      );
    });
  }

  /** Checks the liveness of an idle sandbox: one that hangs is killed, before a call waits for it in vain. */
  beat(missingMs: number): void {
    if (!this.isAlive || this.#calls.size > 0 || this.#pings.size > 0) return;
    this.#ping(missingMs, 'The connector hangs between its calls; its sandbox was stopped.');
  }

  async stop(): Promise<void> {
    this.#cause ??= new AppError('sandbox.crashed', { internal: 'stopped by the host' });
    await this.#driver.stop(this.#process);
    await this.exited;
  }

  #abandon(id: string): void {
    this.#process.link.write(encodeJsonFrame(RUNNER_FRAMES.cancel, { id }));
    this.#abandoned.set(id, this.#ping(HOST_LIMITS.pingMs, 'The connector hangs; its sandbox was stopped.'));
  }

  /** Kills the sandbox unless it answers in time. Returns the number it has to answer with. */
  #ping(missingMs: number, detail: string): number {
    const number = ++this.#pingCount;
    this.#process.link.write(encodeJsonFrame(RUNNER_FRAMES.ping, { n: number }));
    const hangs = new AppError('sandbox.deadline_exceeded', { detail });
    this.#pings.set(
      number,
      setTimeout(() => this.#kill(hangs), missingMs),
    );
    return number;
  }

  #read(chunk: Buffer): void {
    if (!this.isAlive) return;
    try {
      for (const frame of this.#reader.push(chunk)) this.#take(frame);
    } catch (error) {
      this.#violation(error instanceof FrameError ? error.message : 'A frame cannot be read.');
    }
  }

  #take(frame: Frame): void {
    if (frame.type === RUNNER_FRAMES.answer) return void this.#takeAnswer(frame);
    const value = decodeJson(frame.payload);
    if (!isJsonObject(value)) return void this.#violation('A frame holds no object.');
    switch (frame.type) {
      case RUNNER_FRAMES.ready:
        return;
      case RUNNER_FRAMES.assigned:
        return void this.#started.resolve();
      case RUNNER_FRAMES.startFailed:
        return void this.#kill(startErrorOf(value));
      case RUNNER_FRAMES.notification:
        return void this.#takeNotification(value);
      case RUNNER_FRAMES.log:
        return void this.#takeLog(value);
      case RUNNER_FRAMES.event:
        return void this.#takeEvent(value);
      case RUNNER_FRAMES.pong:
        return void this.#takePong(value);
      default:
        return void this.#violation(`There is no frame of type ${frame.type}.`);
    }
  }

  #takeAnswer(frame: Frame): void {
    const { header, bytes } = decodeMixed(frame.payload);
    if (!isJsonObject(header)) return void this.#violation('An answer has no header.');
    const found = this.#inFlight(header.id, 'An answer');
    if (!found) return;
    this.#calls.delete(found.invocation.id);
    try {
      found.resolve(takeAnswer(header, bytes, found.invocation));
    } catch (error) {
      found.reject(error);
    }
  }

  #takeNotification(value: JsonObject): void {
    const found = this.#inFlight(value.id, 'A notification');
    const { method, params } = value;
    if (found && typeof method === 'string' && isJsonObject(params)) found.onNotification({ method, params });
  }

  #takeLog(value: JsonObject): void {
    const found = value.id === null ? undefined : this.#inFlight(value.id, 'A log line');
    if (value.id !== null && !found && !this.isAlive) return;
    const requestId = found?.invocation.context.requestId;
    const text = String(value.text);
    this.#lastLogged = [...this.#lastLogged, text].slice(-LAST_LINES);
    this.#logs.write({ level: asLogLevel(value.level), source: 'connector', text, requestId });
  }

  #takeEvent({ method, uri }: JsonObject): void {
    if (!isConnectorEventMethod(method)) return void this.#violation('An event is of an unknown kind.');
    if (!this.#events.take()) return;
    if (method !== 'notifications/resources/updated') this.#onEvent?.({ method });
    else if (typeof uri === 'string' && uri.length <= EVENT_URI_LENGTH_MAX) this.#onEvent?.({ method, uri });
  }

  #takePong(value: JsonObject): void {
    const number = Number(value.n);
    const timer = this.#pings.get(number);
    if (timer === undefined) return void this.#violation('A pong came without a ping.');
    clearTimeout(timer);
    this.#pings.delete(number);
    for (const [id, since] of this.#abandoned) if (since <= number) this.#abandoned.delete(id);
  }

  /** The call a frame claims to belong to. An abandoned one is ignored, any other is a violation. */
  #inFlight(id: unknown, what: string): CallInFlight | undefined {
    const found = typeof id === 'string' ? this.#calls.get(id) : undefined;
    if (!found && !(typeof id === 'string' && this.#abandoned.has(id))) {
      this.#violation(`${what} came for a call that is not in flight.`);
    }
    return found;
  }

  /** @param sentence what it did */
  #violation(sentence: string): void {
    this.#kill(new AppError('sandbox.violation', { detail: `${sentence} The sandbox was stopped.` }));
  }

  /** For its author: why it ended, under the request id of every call that ended with it. */
  #logCrash(error: AppError): void {
    const text = crashLine(error, { logged: this.#lastLogged, written: this.#lastWords });
    const requestIds = [...this.#calls.values()].map(({ invocation }) => invocation.context.requestId);
    for (const requestId of requestIds.length > 0 ? requestIds : [undefined])
      this.#logs.write({ level: 'error', source: 'platform', text, requestId });
  }

  #kill(cause: AppError): void {
    if (!this.isAlive) return;
    this.#cause = cause;
    this.#terminate.resolve(cause);
    this.#logCrash(cause);
    this.#started.reject(cause);
    for (const call of this.#calls.values()) call.reject(cause);
    this.#calls.clear();
    void this.#driver.stop(this.#process);
  }

  #end(error: AppError): void {
    this.#ended = error;
    this.#terminate.resolve(error);
    for (const timer of this.#pings.values()) clearTimeout(timer);
    this.#logs.flush();
    this.#started.reject(error);
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
  }
}
