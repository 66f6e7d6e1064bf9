/**
 * The listeners for gateway and worker: a unix socket on this machine, TLS for other machines. Both serve the same
 * protocol.
 */

import { once } from 'node:events';
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Logger } from '@patchbay/foundation';
import { createPeerServer, type SandboxHost, type ServedConnection, serveConnection } from '@patchbay/sandbox-host';
import type { HostAndPort, TlsIdentity } from '@patchbay/sandbox-protocol/peers';
import type { SupervisorMetrics } from './metrics.ts';

export interface ClientListeners {
  /** New connections are refused, and connected peers send no new work. */
  leave(): void;
  close(): void;
}

export interface ListenerOptions {
  readonly hostId: string;
  readonly takesTasks: boolean;
  readonly socket: { readonly path: string; readonly groupId: number | undefined } | null;
  /** For other machines, with the identity this host proves itself with. */
  readonly remote: { readonly listen: HostAndPort; readonly identity: TlsIdentity } | null;
  readonly refusedPeers: Pick<SupervisorMetrics['refusedPeers'], 'inc'>;
  readonly logger: Logger;
}

export async function listenForClients(host: SandboxHost, options: ListenerOptions): Promise<ClientListeners> {
  const { hostId, takesTasks, socket: unix, remote, refusedPeers, logger } = options;
  const inside = new Map<Socket, ServedConnection>();
  const onRefused = (reason: string) => {
    refusedPeers.inc();
    logger.warn({ reason }, 'refused a gateway or worker of another release');
  };
  const serve = (socket: Socket, isRemote: boolean) => {
    inside.set(socket, serveConnection(socket, host, { hostId, takesTasks, isRemote, onRefused }));
    socket.on('close', () => inside.delete(socket));
  };
  const servers: Server[] = [];
  if (unix) servers.push(await listenOnSocket(unix, (socket) => serve(socket, false)));
  if (remote) {
    const server = createPeerServer({
      identity: remote.identity,
      onConnection: (socket, peer) => {
        logger.info({ peer, address: socket.remoteAddress }, 'connected');
        serve(socket, true);
      },
      onRefused: (reason, address) => {
        refusedPeers.inc();
        logger.warn({ reason, address }, 'refused a connection');
      },
    });
    await once(server.listen(remote.listen.port, remote.listen.host), 'listening');
    servers.push(server);
  }
  return {
    leave: () => {
      for (const server of servers) server.close();
      for (const connection of inside.values()) connection.leave();
    },
    close: () => {
      // Soon: an answer that was written in this turn still leaves.
      for (const socket of inside.keys()) socket.destroySoon();
    },
  };
}

/** Permission to open the file is permission to use sandboxes: this user alone, or the members of one group. */
async function listenOnSocket(
  { path, groupId }: { readonly path: string; readonly groupId: number | undefined },
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  await mkdir(dirname(path), { recursive: true });
  await rm(path, { force: true });
  const server = createServer(onConnection);
  await once(server.listen(path), 'listening');
  // The group first: until then only this user may write to the file, which connecting requires.
  if (groupId !== undefined) await chown(path, process.getuid?.() ?? 0, groupId);
  await chmod(path, groupId === undefined ? 0o600 : 0o660);
  return server;
}
