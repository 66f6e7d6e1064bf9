import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@patchbay/foundation';
import {
  createSandboxClient,
  type SandboxClient,
  type SupervisorSource,
  type SupervisorTarget,
} from '@patchbay/sandbox-client';
import {
  createPeerServer,
  PlainDriver,
  Programs,
  SandboxHost,
  type ServedConnection,
  serveConnection,
} from '@patchbay/sandbox-host';
import type { TlsIdentity } from '@patchbay/sandbox-protocol/peers';
import { artifactOf, type GivenInvocation, invocationOf } from './given-host.ts';

/** A supervisor's side in this process, without isolation: these tests are about the way to it. */
export interface GivenPlainHost {
  readonly host: SandboxHost;
  readonly target: SupervisorTarget;
  /** Notifies all connected peers that it ends. */
  leave(): void;
  /** Ends every connection and listens no more, as a killed process does. */
  drop(): Promise<void>;
  /** Listens again at the same place. */
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export interface PlainHostOptions {
  readonly hostId: string;
  /** With it the host is reached over TLS, else by a unix socket. */
  readonly identity?: TlsIdentity;
  readonly takesTasks?: boolean;
  /** A host that runs nothing, because this driver has no limits. */
  readonly isRefusing?: boolean;
  readonly onRefused?: (reason: string) => void;
}

/** A build program that reports what it finds. */
export const TASK_PROGRAM = join(import.meta.dirname, 'task-program.ts');

const programsDirectory = mkdtemp(join(tmpdir(), 'pb-programs-'));

export async function givenPlainHost(options: PlainHostOptions): Promise<GivenPlainHost> {
  const { hostId, identity, takesTasks = true, isRefusing = false, onRefused = () => {} } = options;
  const directory = await mkdtemp(join(tmpdir(), 'pb-host-'));
  const sources = { build: TASK_PROGRAM };
  const host = await SandboxHost.start({
    driver: new PlainDriver(process.execPath),
    programs: new Programs(await programsDirectory, sources),
    clock: systemClock,
    bootId: hostId,
    requireFullLimits: isRefusing,
  });
  const inside = new Map<Socket, ServedConnection>();
  const serve = (socket: Socket) => {
    inside.set(
      socket,
      serveConnection(socket, host, { hostId, takesTasks, isRemote: identity !== undefined, onRefused }),
    );
    socket.on('close', () => inside.delete(socket));
  };
  const open = (): Server =>
    identity === undefined ? createServer(serve) : createPeerServer({ identity, onConnection: serve, onRefused });
  const socketPath = join(directory, 'supervisor.sock');
  let port = 0;
  let server: Server;
  async function listen() {
    server = open();
    if (identity === undefined) server.listen(socketPath);
    else server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    if (identity !== undefined) port = (server.address() as AddressInfo).port; // a TCP listener has one
  }
  async function drop() {
    server.close();
    for (const socket of inside.keys()) socket.destroy();
    await once(server, 'close');
  }
  await listen();
  return {
    host,
    target: identity === undefined ? { id: hostId, socketPath } : { id: hostId, host: '127.0.0.1', port },
    leave: () => {
      for (const connection of inside.values()) connection.leave();
    },
    drop,
    comeBack: listen,
    close: async () => {
      if (server.listening) await drop();
      await host.close(0);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A client of these supervisors that provides every code it was asked to call. */
export function givenClient(supervisors: SupervisorSource, identity?: TlsIdentity) {
  const stored = new Map<string, Buffer>();
  const client: SandboxClient = createSandboxClient({
    supervisors,
    identity,
    provision: async ({ artifactDigest }) => ({
      artifact: stored.get(artifactDigest) ?? Buffer.alloc(0),
      secrets: {},
    }),
    onLog: () => {},
  });
  const invocation = (given: GivenInvocation) => {
    const { digest, artifact } = artifactOf(given.code);
    stored.set(digest, artifact);
    return invocationOf(given, digest);
  };
  return { client, invocation };
}
