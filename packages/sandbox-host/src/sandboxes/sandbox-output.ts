import type { AppError } from '@patchbay/foundation';
import type { LogLevel } from '@patchbay/sandbox-protocol';
import type { SandboxProcess } from '../drivers/driver.ts';
import type { LineStream, LogCapture } from '../logs/log-capture.ts';
import { crashLine, LAST_LINES, type LastOutput } from './crash-cause.ts';

const WRITTEN_BYTES = 4096;

/** Everything one sandbox prints and logs, for its author. The last of it is kept to explain a crash. */
export class SandboxOutput implements LastOutput {
  logged: readonly string[] = [];
  written = '';
  readonly #logs: LogCapture;
  readonly #info: LineStream;
  readonly #errors: LineStream;

  constructor({ stdout, stderr }: Pick<SandboxProcess, 'stdout' | 'stderr'>, logs: LogCapture) {
    this.#logs = logs;
    this.#info = logs.stream('info');
    this.#errors = logs.stream('error');
    stdout.on('data', (chunk: Buffer) => this.#info.write(chunk));
    stderr.on('data', (chunk: Buffer) => {
      this.written = `${this.written}${chunk.toString('latin1')}`.slice(-WRITTEN_BYTES);
      this.#errors.write(chunk);
    });
  }

  /** A line that the connector logged. */
  log(level: LogLevel, text: string, requestId: string | undefined): void {
    this.logged = [...this.logged, text].slice(-LAST_LINES);
    this.#logs.write({ level, source: 'connector', text, requestId });
  }

  /** Why the sandbox ended, under the request id of every call that ended with it. */
  logCrash(error: AppError, requestIds: readonly string[]): void {
    const text = crashLine(error, this);
    for (const requestId of requestIds.length > 0 ? requestIds : [undefined])
      this.#logs.write({ level: 'error', source: 'platform', text, requestId });
  }

  /** Both streams have ended: the rest of a line without a line break is logged too. */
  end(): void {
    this.#info.end();
    this.#errors.end();
  }

  flush(): void {
    this.#logs.flush();
  }
}
