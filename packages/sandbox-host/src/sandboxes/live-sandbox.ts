/**
 * One started sandbox from its assignment to its end. Everything it sends on descriptor 3 is hostile input: an answer,
 * log or notification for an invocation that is not in flight here, a broken frame or an unknown type kills it.
 */
import type { EnteredCall } from '@patchbay/egress';
import { AppError } from '@patchbay/foundation';
import {
  type ConnectorEvent,
  type InvocationNotification,
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
  RUNNER_FRAMES,
  SANDBOX_FRAME_BYTES_MAX,
  writeInTurn,
} from '@patchbay/sandbox-protocol/wire';
import { EventRate } from '../bounds/event-rate.ts';
import { HOST_LIMITS } from '../bounds/limits.ts';
import { asLogLevel, connectorEventOf, runnerCallOf, startErrorOf, takeAnswer } from '../calls/runner-messages.ts';
import type { SandboxDriver, SandboxExit, SandboxProcess } from '../drivers/driver.ts';
import type { LogCapture } from '../logs/log-capture.ts';
import { type CallInFlight, CallsInFlight, type SandboxAnswer } from './calls-in-flight.ts';
import { errorOfExit } from './crash-cause.ts';
import { PingWatch } from './ping-watch.ts';
import { SandboxOutput } from './sandbox-output.ts';

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
  readonly #options: LiveSandboxOptions;
  readonly #events = new EventRate();
  readonly #reader = new FrameReader(SANDBOX_FRAME_BYTES_MAX);
  readonly #calls = new CallsInFlight();
  readonly #pings = new PingWatch();
  readonly #started = Promise.withResolvers<void>();
  readonly #output: SandboxOutput;
  /** Why it ended, or why we are ending it; null while it is alive. */
  #cause: AppError | null = null;
  readonly exited: Promise<SandboxExit>;
  readonly #terminate = Promise.withResolvers<AppError>();
  /** Resolves with the reason as soon as it is known to end, which is before the process is gone: no further call may be given to it. */
  readonly terminating = this.#terminate.promise;

  constructor(options: LiveSandboxOptions) {
    this.id = options.process.sandboxId;
    this.#options = options;
    this.#started.promise.catch(() => {});
    this.#output = new SandboxOutput(options.process, options.logs);
    const { link } = options.process;
    link.on('data', (chunk: Buffer) => this.#read(chunk));
    link.on('error', () => {}); // the exit event reports it
    this.exited = options.process.exited.then((exit) => {
      this.#output.end();
      const error = this.#cause ?? errorOfExit(exit, this.#output.written, options.process.profile);
      if (this.#cause === null) this.#output.logCrash(error, this.#calls.requestIds);
      this.#end(error);
      return exit;
    });
  }

  get isAlive(): boolean {
    return this.#cause === null;
  }

  /** Hands over code and settings. Resolves when the connector serves. @throws AppError `sandbox.*` for its author */
  async assign(artifact: Uint8Array, secrets: Readonly<Record<string, string>>): Promise<void> {
    const timer = setTimeout(() => {
      this.#kill(
        new AppError('sandbox.start_timeout', {
          detail: `The connector did not start within ${this.#options.startMsMax} ms.`,
        }),
      );
    }, this.#options.startMsMax);
    try {
      this.#options.driver.assign(this.#options.process, encodeMixedFrame(RUNNER_FRAMES.assign, { secrets }, artifact));
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
      entered: Pick<EnteredCall, 'token' | 'connections'>;
      onNotification(notification: InvocationNotification): void;
    },
  ): Promise<SandboxAnswer> {
    if (this.#cause) return Promise.reject(this.#cause.with({ sent: false }));
    const call = encodeMixedFrame(RUNNER_FRAMES.call, runnerCallOf(header, options.entered), params);
    const answer = this.#calls.add(header, {
      signal: options.signal,
      onAbort: () => this.#cancel(header.id),
      onNotification: options.onNotification,
    });
    writeInTurn(this.#options.process.link, call);
    return answer;
  }

  /** Checks the liveness of an idle sandbox: one that hangs is killed, before a call waits for it in vain. */
  checkLiveness(missingMs: number): void {
    if (!this.isAlive || this.#calls.size > 0 || this.#pings.isWaiting) return;
    this.#ping(missingMs, 'The connector hangs between its calls; its sandbox was stopped.');
  }

  async stop(): Promise<void> {
    this.#cause ??= new AppError('sandbox.crashed', { internal: 'stopped by the host' });
    await this.#options.driver.stop(this.#options.process);
    await this.exited;
  }

  #cancel(id: string): number {
    this.#options.process.link.write(encodeJsonFrame(RUNNER_FRAMES.cancel, { id }));
    return this.#ping(HOST_LIMITS.pingMs, 'The connector hangs; its sandbox was stopped.');
  }

  /** Kills the sandbox unless it answers in time. Returns the number it has to answer with. */
  #ping(missingMs: number, detail: string): number {
    const hangs = new AppError('sandbox.deadline_exceeded', { detail });
    const number = this.#pings.start(missingMs, () => this.#kill(hangs));
    this.#options.process.link.write(encodeJsonFrame(RUNNER_FRAMES.ping, { n: number }));
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
    this.#calls.remove(found);
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
    this.#output.log(asLogLevel(value.level), String(value.text), requestId);
  }

  #takeEvent(value: JsonObject): void {
    const event = connectorEventOf(value);
    if (event === 'unknown kind') return void this.#violation('An event is of an unknown kind.');
    if (this.#events.take() && event !== 'no valid URI') this.#options.onEvent?.(event);
  }

  #takePong(value: JsonObject): void {
    const number = Number(value.n);
    if (!this.#pings.takePong(number)) return void this.#violation('A pong came without a ping.');
    this.#calls.acknowledge(number);
  }

  /** The call a frame claims to belong to. A frame for a cancelled call is ignored, any other is a violation. */
  #inFlight(id: unknown, what: string): CallInFlight | undefined {
    const found = this.#calls.find(id);
    if (found === null) this.#violation(`${what} came for a call that is not in flight.`);
    return found === null || found === 'cancelled' ? undefined : found;
  }

  /** @param sentence what it did */
  #violation(sentence: string): void {
    this.#kill(new AppError('sandbox.violation', { detail: `${sentence} The sandbox was stopped.` }));
  }

  #kill(cause: AppError): void {
    if (!this.isAlive) return;
    this.#cause = cause;
    this.#output.logCrash(cause, this.#calls.requestIds);
    this.#fail(cause);
    void this.#options.driver.stop(this.#options.process);
  }

  #end(error: AppError): void {
    this.#cause = error;
    this.#pings.stop();
    this.#output.flush();
    this.#fail(error);
  }

  /** Everything that waits for it fails. */
  #fail(error: AppError): void {
    this.#terminate.resolve(error);
    this.#started.reject(error);
    this.#calls.rejectAll(error);
  }
}
