/**
 * The privileged half of a supervisor: starts, limits and ends the processes of sandboxes for another process that has
 * no privilege. It reads requests of a fixed form and the kernel's own accounts; the streams of a sandbox are sockets
 * that it hands on unread.
 */
import { once } from 'node:events';
import { chmod, chown, realpath, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { sep } from 'node:path';
import { AppError } from '@patchbay/foundation';
import { toWireError } from '@patchbay/sandbox-protocol/wire';
import type { BubblewrapDriver } from '../bubblewrap-driver.ts';
import type { SandboxSpec, StartedSandbox } from '../driver.ts';
import type { HandedStreams } from '../launch-bubblewrap.ts';
import { lineReader, openingSchema, requestSchema, type SpawnerRequest, writeMessage } from './messages.ts';
import { StreamTable } from './stream-table.ts';

export interface SpawnerServerOptions {
  readonly driver: BubblewrapDriver;
  /** Directories whose files sandboxes may see. */
  readonly mountRoots: readonly string[];
  /** A request that was refused or failed, and connections that broke the protocol. */
  onProblem(text: string): void;
}

export class SpawnerServer {
  readonly #options: SpawnerServerOptions;
  readonly #streams = new StreamTable();
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  readonly #sandboxes = new Map<string, { readonly sandbox: StartedSandbox; readonly owner: Socket }>();

  constructor(options: SpawnerServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Permission to open the file is permission to start sandboxes: this user, and the members of one group. */
  async listen(path: string, groupId: number): Promise<void> {
    await rm(path, { force: true });
    await once(this.#server.listen(path), 'listening');
    await chown(path, process.getuid?.() ?? 0, groupId);
    await chmod(path, 0o660);
  }

  /** Ends every sandbox. */
  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#connections) socket.destroy();
    await Promise.all([...this.#sandboxes.values()].map(({ sandbox }) => this.#options.driver.stop(sandbox)));
  }

  #accept(socket: Socket): void {
    this.#connections.add(socket);
    socket.on('error', () => {}); // the close event ends what belongs to it
    socket.on('close', () => this.#connections.delete(socket));
    let isOpen = false;
    const take = lineReader((line) => {
      if (isOpen) return this.#read(socket, line);
      isOpen = true;
      const opening = openingSchema.parse(JSON.parse(line));
      if (opening.as === 'supervisor') return this.#endWith(socket);
      socket.off('data', guarded).pause();
      this.#streams.add(opening.token, opening.as, socket);
    });
    const guarded = this.#guard(socket, take);
    socket.on('data', guarded);
  }

  /** Sandboxes live as long as the supervisor that asked for them. */
  #endWith(socket: Socket): void {
    socket.on('close', () => {
      for (const { sandbox, owner } of this.#sandboxes.values())
        if (owner === socket) void this.#options.driver.stop(sandbox);
    });
  }

  #read(socket: Socket, line: string): void {
    const request = requestSchema.parse(JSON.parse(line));
    this.#answer(socket, request).then(
      (value) => writeMessage(socket, { id: request.id, value: value ?? null }),
      (error: unknown) => {
        const refused = toWireError(error);
        this.#options.onProblem(`${request.do}: ${refused.internal ?? refused.code}`);
        writeMessage(socket, { id: request.id, refused });
      },
    );
  }

  async #answer(socket: Socket, request: SpawnerRequest): Promise<unknown> {
    const { driver } = this.#options;
    if (request.do === 'describe') return { reducedBy: driver.reducedBy };
    if (request.do === 'remove_leftovers') return driver.removeLeftovers();
    if (request.do === 'start') return this.#start(socket, request);
    const { sandbox, owner } = this.#sandboxes.get(request.sandboxId) ?? {};
    // Ended meanwhile; the notice of it is on its way.
    if (!sandbox || owner !== socket) return request.do === 'stats' ? { memoryBytes: null, peakMemoryBytes: null } : '';
    if (request.do === 'serve') return driver.prepareToServe(sandbox);
    if (request.do === 'stop') return driver.stop(sandbox);
    return request.do === 'stats' ? driver.stats(sandbox) : driver.kernelStatus(sandbox);
  }

  async #start(socket: Socket, { token, spec }: Extract<SpawnerRequest, { do: 'start' }>): Promise<object> {
    const streams = await this.#streams.take(token);
    try {
      if (this.#sandboxes.has(spec.sandboxId)) throw refused(`${spec.sandboxId} runs already`);
      await checkMounts(spec, this.#options.mountRoots);
      const sandbox = await this.#options.driver.startWith(spec, streams);
      this.#sandboxes.set(spec.sandboxId, { sandbox, owner: socket });
      void sandbox.exited.then((exit) => {
        this.#sandboxes.delete(spec.sandboxId);
        writeMessage(socket, { exited: sandbox.sandboxId, exit });
      });
      if (socket.destroyed) await this.#options.driver.stop(sandbox);
      return { pid: sandbox.pid, egressSocketPath: sandbox.egressSocketPath };
    } finally {
      close(streams);
    }
  }

  /** A connection that breaks the protocol ends, and what belongs to it. */
  #guard(socket: Socket, read: (chunk: Buffer) => void): (chunk: Buffer) => void {
    return (chunk) => {
      try {
        read(chunk);
      } catch (error) {
        this.#options.onProblem(`a connection broke the protocol: ${error instanceof Error ? error.message : error}`);
        socket.destroy();
      }
    };
  }
}

/** Closes our ends: the sandbox has its own, and a stream ends only when no other process holds it. */
function close(streams: HandedStreams): void {
  for (const stream of Object.values(streams)) stream.destroy();
}

/** Where mounts appear inside: the directories of the runner, of packages and of the compiler, and nowhere else. */
const TARGET = /^\/(store|toolchain|runner\/[a-z.-]{1,64})$/;
/** The type checker finds itself by this link. */
const LINK = /^\/proc\/self\/exe$/;

/**
 * Refuses a sandbox that would see anything but files below the roots that the operator configured, at the places that
 * such files have. The paths are resolved first, so that no link leads out.
 *
 * @throws AppError `sandbox.start_failed`
 */
async function checkMounts(spec: SandboxSpec, roots: readonly string[]): Promise<void> {
  const sources = [spec.programFile, ...(spec.snapshotFile ? [spec.snapshotFile] : [])];
  for (const { source, target } of spec.mounts) {
    if (!TARGET.test(target)) throw refused(`${target} is not a place for a mount`);
    sources.push(source);
  }
  for (const [path, target] of Object.entries(spec.links ?? {})) {
    if (!LINK.test(path) || !target.startsWith('/toolchain/')) throw refused(`${path} is not a place for a link`);
  }
  const allowed = await Promise.all(roots.map((root) => realpath(root)));
  for (const source of sources) {
    const real = await realpath(source).catch(() => {
      throw refused(`${source} does not exist`);
    });
    if (!allowed.some((root) => real.startsWith(`${root}${sep}`) || real === root)) {
      throw refused(`${source} is outside of the directories that sandboxes may see`);
    }
  }
}

function refused(reason: string): AppError {
  return new AppError('sandbox.start_failed', { internal: `the spawner refused: ${reason}` });
}
