/**
 * The driver of a supervisor without privilege: asks the spawner to start and end processes, and keeps the streams of
 * sandboxes, their frames and their egress to itself.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { AppError } from '@patchbay/foundation';
import { fromWireError } from '@patchbay/sandbox-protocol/wire';
import { type ProfileName, profilesWith, type SandboxProfile } from '../../bounds/limits.ts';
import type { ProbeReport, SandboxDriver, SandboxExit, SandboxProcess, SandboxSpec, SandboxStats } from '../driver.ts';
import { probeIsolation } from '../probe/probe-isolation.ts';
import { probeReport } from '../probe/probe-report.ts';
import {
  answerSchema,
  descriptionSchema,
  lineReader,
  type Opening,
  type SpawnerRequest,
  startedSchema,
  statsSchema,
  writeMessage,
} from './messages.ts';

export interface SpawnerDriverOptions {
  readonly socketPath: string;
  /** Program of the self-test, bundled. */
  readonly probeProgramFile: string;
  /** As the spawner has it. */
  readonly runtimeCpuCores?: number | undefined;
}

/** A request without its number. */
type Asked = SpawnerRequest extends infer R ? (R extends SpawnerRequest ? Omit<R, 'id'> : never) : never;

/** How a sandbox ends whose spawner is gone: the kernel ends both together. */
const WITH_ITS_SPAWNER: SandboxExit = { exitCode: null, signal: 'SIGKILL', exceeded: null };

interface Connection {
  readonly socket: Socket;
  readonly asked: Map<number, PromiseWithResolvers<unknown>>;
  readonly exits: Map<string, PromiseWithResolvers<SandboxExit>>;
}

export class SpawnerDriver implements SandboxDriver {
  readonly name = 'bubblewrap';
  readonly #options: SpawnerDriverOptions;
  readonly #profiles: Readonly<Record<ProfileName, SandboxProfile>>;
  #connection: Promise<Connection> | null = null;
  #requests = 0;

  constructor(options: SpawnerDriverOptions) {
    this.#options = options;
    this.#profiles = profilesWith(options);
  }

  async start(spec: SandboxSpec): Promise<SandboxProcess> {
    const connection = await this.#connect();
    const token = randomBytes(16).toString('hex');
    const [link, stdout, stderr] = await Promise.all([
      this.#open({ as: 'link', token }),
      this.#open({ as: 'stdout', token }),
      this.#open({ as: 'stderr', token }),
    ]);
    const exit = Promise.withResolvers<SandboxExit>();
    connection.exits.set(spec.sandboxId, exit);
    try {
      const given = await this.#ask(connection, { do: 'start', token, spec: { ...spec, mounts: [...spec.mounts] } });
      const { pid, egressSocketPath } = startedSchema.parse(given);
      return {
        sandboxId: spec.sandboxId,
        pid,
        link,
        stdout,
        stderr,
        profile: this.#profiles[spec.profile],
        egressSocketPath,
        exited: exit.promise,
        // The socket has the group of its directory, which is the sandbox's.
        openEgress: () => chmod(egressSocketPath, 0o660),
      };
    } catch (error) {
      connection.exits.delete(spec.sandboxId);
      const words = String(stderr.read() ?? '').slice(0, 500);
      for (const stream of [link, stdout, stderr]) stream.destroy();
      throw error instanceof AppError && words !== ''
        ? new AppError('sandbox.start_failed', { internal: `${error.internal ?? ''} ${words}`.trim() })
        : error;
    }
  }

  assign(sandbox: SandboxProcess, frame: Buffer): void {
    // Asked first: what the frame starts runs at once with the priority of one that serves.
    this.#tell({ do: 'serve', sandboxId: sandbox.sandboxId });
    sandbox.link.write(frame);
  }

  async stop(sandbox: SandboxProcess): Promise<void> {
    this.#tell({ do: 'stop', sandboxId: sandbox.sandboxId });
    await sandbox.exited;
    for (const stream of [sandbox.link, sandbox.stdout, sandbox.stderr]) stream.destroy();
  }

  async stats({ sandboxId }: SandboxProcess): Promise<SandboxStats> {
    return statsSchema.parse(await this.#ask(await this.#connect(), { do: 'stats', sandboxId }));
  }

  async kernelStatus({ sandboxId }: SandboxProcess): Promise<string> {
    return String(await this.#ask(await this.#connect(), { do: 'status', sandboxId }));
  }

  async probe(): Promise<ProbeReport> {
    const { reducedBy } = descriptionSchema.parse(await this.#ask(await this.#connect(), { do: 'describe' }));
    const attempts = await probeIsolation(this, this.#options.probeProgramFile);
    return probeReport({ attempts, reducedBy, without: new Set() });
  }

  async removeLeftovers(): Promise<void> {
    await this.#ask(await this.#connect(), { do: 'remove_leftovers' });
  }

  /** Asks without waiting; a spawner that is gone has ended the sandbox. */
  #tell(request: Asked): void {
    this.#connect()
      .then((connection) => this.#ask(connection, request))
      .catch(() => {});
  }

  #ask({ socket, asked }: Connection, request: Asked): Promise<unknown> {
    const id = this.#requests++;
    const answer = Promise.withResolvers<unknown>();
    asked.set(id, answer);
    writeMessage(socket, { ...request, id });
    if (!socket.writable) answer.reject(away());
    return answer.promise;
  }

  /** The connection there is, or a new one to the spawner that was started after the last. */
  #connect(): Promise<Connection> {
    this.#connection ??= this.#open({ as: 'supervisor' }).then(
      (socket) => this.#listen(socket),
      (error: unknown) => {
        this.#connection = null;
        throw error;
      },
    );
    return this.#connection;
  }

  #listen(socket: Socket): Connection {
    const connection: Connection = { socket, asked: new Map(), exits: new Map() };
    const take = lineReader((line) => read(connection, line));
    socket.on('data', (chunk: Buffer) => {
      try {
        take(chunk);
      } catch {
        socket.destroy();
      }
    });
    socket.on('close', () => {
      this.#connection = null;
      for (const { reject } of connection.asked.values()) reject(away());
      for (const { resolve } of connection.exits.values()) resolve(WITH_ITS_SPAWNER);
    });
    return connection;
  }

  async #open(opening: Opening): Promise<Socket> {
    const socket = connect(this.#options.socketPath);
    socket.on('error', () => {}); // the close event, and the failed wait below, report it
    try {
      await once(socket, 'connect');
    } catch (cause) {
      throw new AppError('sandbox.start_failed', { internal: 'the spawner does not answer', cause });
    }
    writeMessage(socket, opening);
    return socket;
  }
}

function read({ asked, exits }: Connection, line: string): void {
  const answer = answerSchema.parse(JSON.parse(line));
  if ('exited' in answer) {
    exits.get(answer.exited)?.resolve(answer.exit);
    exits.delete(answer.exited);
    return;
  }
  const waiting = asked.get(answer.id);
  asked.delete(answer.id);
  if ('value' in answer) waiting?.resolve(answer.value);
  else waiting?.reject(fromWireError(answer.refused));
}

function away(): AppError {
  return new AppError('sandbox.start_failed', { internal: 'the spawner is gone' });
}
