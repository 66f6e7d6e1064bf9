/**
 * A server that is a process of its own and speaks newline-delimited JSON on its standard streams, with the interface
 * of a server object: its clients see no difference. It runs beside the runner, inside the same sandbox.
 * @see 2025-11-25 basic/transports, "stdio"
 */
import { existsSync } from 'node:fs';
import type { ConnectableServer } from '../load-connector.ts';
import { messageOf, StartError } from '../start-error.ts';

/** The command: our own Node with these arguments. No other command is looked up. */
export interface StdioProgram {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The side of a transport that a server uses. */
interface Transport {
  onmessage?: ((message: object) => void) | undefined;
  send(message: object): Promise<void>;
  start(): Promise<void>;
}

/** As the protocol's own libraries have it. */
const LINE_BYTES_MAX = 10 * 1024 * 1024;
const NODE_FILE = '/node';
const endProcess = process.exit.bind(process);

export class StdioServer implements ConnectableServer {
  readonly #program: StdioProgram;

  constructor(program: StdioProgram) {
    this.#program = program;
  }

  /** @throws StartError when the program cannot be started */
  async connect(given: unknown): Promise<void> {
    const transport = given as Transport; // what a server of the SDK takes
    // Not at load: no snapshot holds it, and hardly any connector needs it.
    const { spawn } = process.getBuiltinModule('node:child_process');
    const node = existsSync(NODE_FILE) ? NODE_FILE : process.execPath;
    // Under the same options of V8; what the runner itself resumed from is not among them.
    const flags = process.execArgv.filter((flag) => flag.startsWith('--') && flag !== '--snapshot-blob');
    const child = spawn(node, [...flags, ...this.#program.args], { env: { ...this.#program.env }, stdio: 'pipe' });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new StartError('crashed_at_start', messageOf(error), error)));
    });
    child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    const output = new LineReader((line) => take(line, transport));
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stdin.on('error', () => {}); // its exit event reports it
    // Half a server is useless: the sandbox ends with it, and the next call starts another.
    child.once('exit', (code, signal) => {
      process.stderr.write(`The server process ended (${signal ?? code}).\n`);
      endProcess(1);
    });
    const { start } = transport;
    // Messages of the caller are sent to the process from here on.
    transport.onmessage = (message) => child.stdin.write(`${JSON.stringify(message)}\n`);
    await start.call(transport);
  }
}

function take(line: string, transport: Transport): void {
  const message = parse(line);
  // Servers print what they should not; it is worth as much as any other line they log.
  if (message === null) process.stderr.write(`${line}\n`);
  else void transport.send(message);
}

function parse(line: string): object | null {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null && 'jsonrpc' in message ? message : null;
  } catch {
    return null;
  }
}

/** Calls back with each complete line. A line without end is the end of the process: it could not be answered. */
class LineReader {
  readonly #onLine: (line: string) => void;
  /** The line that has no end yet. */
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = Buffer.concat([...this.#parts, rest.subarray(0, end)])
        .toString('utf8')
        .trim();
      this.#parts = [];
      this.#bytes = 0;
      rest = rest.subarray(end + 1);
      if (line !== '') this.#onLine(line);
    }
    this.#parts.push(rest);
    this.#bytes += rest.length;
    if (this.#bytes <= LINE_BYTES_MAX) return;
    process.stderr.write(`The server process wrote a line of more than ${LINE_BYTES_MAX} bytes.\n`);
    endProcess(1);
  }
}
