/** A started, unassigned sandbox: it waits, and is assigned once in its life or stopped. */
import { AppError } from '@patchbay/foundation';
import { encodeJsonFrame, FrameReader, RUNNER_FRAMES, SANDBOX_FRAME_BYTES_MAX } from '@patchbay/sandbox-protocol/wire';
import type { SandboxDriver, SandboxProcess } from '../drivers/driver.ts';

type WarmState = 'starting' | 'waiting' | 'warming up' | 'claimed' | 'ended';

const LAST_WORDS = 2_000;

export class WarmSandbox {
  readonly id: string;
  readonly sinceMs: number;
  readonly #driver: SandboxDriver;
  readonly #process: SandboxProcess;
  readonly #reader = new FrameReader(SANDBOX_FRAME_BYTES_MAX);
  readonly #ready = Promise.withResolvers<void>();
  readonly #warmedUp = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #state: WarmState = 'starting';
  #lastWords = '';

  constructor(driver: SandboxDriver, process: SandboxProcess, sinceMs: number) {
    this.id = process.sandboxId;
    this.sinceMs = sinceMs;
    this.#driver = driver;
    this.#process = process;
    this.#ready.promise.catch(() => {});
    this.#warmedUp.promise.catch(() => {});
    process.link.on('data', this.#read);
    process.link.on('error', () => {}); // the exit event reports it
    process.stdout.on('data', this.#hear);
    process.stderr.on('data', this.#hear);
    void process.exited.then((exit) => this.#end(`exit ${exit.exitCode ?? exit.signal}`));
  }

  /** Resolves when it waits to be handed out. @throws AppError `sandbox.start_failed` when it ended before */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /**
   * Has it run a connector of ours once, so that the first call of another finds everything compiled and in memory. It
   * cannot be claimed meanwhile.
   *
   * @throws AppError `sandbox.start_failed` when it is not waiting, or ends over it
   */
  async warmUp(): Promise<void> {
    if (this.#state !== 'waiting') throw new AppError('sandbox.start_failed', { internal: `it is ${this.#state}` });
    this.#state = 'warming up';
    this.#process.link.write(encodeJsonFrame(RUNNER_FRAMES.warmUp, {}));
    await this.#warmedUp.promise;
  }

  /** Resolves when it ended without ever having been assigned. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Its process, for the first caller; null for all others, and while it is not waiting. */
  claim(): SandboxProcess | null {
    if (this.#state !== 'waiting') return null;
    this.#state = 'claimed';
    this.#process.link.off('data', this.#read);
    this.#process.stdout.off('data', this.#hear);
    this.#process.stderr.off('data', this.#hear);
    return this.#process;
  }

  /** Stops it unless it is assigned. */
  async stop(): Promise<void> {
    if (this.#state === 'claimed') return;
    this.#end('stopped');
    await this.#driver.stop(this.#process);
  }

  /**
   * It reports that it is ready, and the results of later requests. Any other message means that it is no runner of
   * ours.
   */
  readonly #read = (chunk: Buffer): void => {
    try {
      for (const { type } of this.#reader.push(chunk)) {
        const isReady = type === RUNNER_FRAMES.ready && this.#state === 'starting';
        const isWarmedUp = type === RUNNER_FRAMES.warmedUp && this.#state === 'warming up';
        if (!isReady && !isWarmedUp) return void this.stop();
        this.#state = 'waiting';
        (isReady ? this.#ready : this.#warmedUp).resolve();
      }
    } catch {
      void this.stop();
    }
  };

  readonly #hear = (chunk: Buffer): void => {
    this.#lastWords = `${this.#lastWords}${chunk.toString('latin1')}`.slice(-LAST_WORDS);
  };

  #end(how: string): void {
    if (this.#state === 'claimed' || this.#state === 'ended') return;
    this.#state = 'ended';
    const internal = `the runner ended before it was assigned (${how}): ${this.#lastWords.trim()}`;
    for (const awaited of [this.#ready, this.#warmedUp]) {
      awaited.reject(new AppError('sandbox.start_failed', { internal }));
    }
    this.#ended.resolve();
  }
}
