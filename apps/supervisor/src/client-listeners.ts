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

export interface ListenerOptions {
  readonly hostId: string;
  readonly takesTasks: boolean;
  readonly socket: { readonly path: string; readonly groupId: number | undefined } | null;
  /** For other machines, with the identity this host proves itself with. */
  readonly remote: { readonly listen: HostAndPort; readonly identity: TlsIdentity } | null;
  readonly refusedPeers: Pick<SupervisorMetrics['refusedPeers'], 'inc'>;
  readonly logger: Logger;
}

export class ClientListeners {
  readonly #host: SandboxHost;
  readonly #options: ListenerOptions;
  readonly #servers: Server[] = [];
  readonly #connections = new Map<Socket, ServedConnection>();

  private constructor(host: SandboxHost, options: ListenerOptions) {
    this.#host = host;
    this.#options = options;
  }

  static async open(host: SandboxHost, options: ListenerOptions): Promise<ClientListeners> {
    const listeners = new ClientListeners(host, options);
    const { socket, remote } = options;
    if (socket) {
      listeners.#servers.push(await listenOnSocket(socket, (accepted) => listeners.#serve(accepted, false)));
    }
    if (remote) listeners.#servers.push(await listeners.#listenRemotely(remote));
    return listeners;
  }

  /** New connections are refused, and connected peers send no new work. */
  leave(): void {
    for (const server of this.#servers) server.close();
    for (const connection of this.#connections.values()) connection.leave();
  }

  close(): void {
    // Soon: an answer that was written in this turn still leaves.
    for (const socket of this.#connections.keys()) socket.destroySoon();
  }

  async #listenRemotely({ listen, identity }: NonNullable<ListenerOptions['remote']>): Promise<Server> {
    const { logger } = this.#options;
    const server = createPeerServer({
      identity,
      onConnection: (socket, peer) => {
        logger.info({ peer, address: socket.remoteAddress }, 'connected');
        this.#serve(socket, true);
      },
      onRefused: (reason, address) => this.#refuse({ reason, address }, 'refused a connection'),
    });
    await once(server.listen(listen.port, listen.host), 'listening');
    return server;
  }

  #serve(socket: Socket, isRemote: boolean): void {
    const { hostId, takesTasks } = this.#options;
    const onRefused = (reason: string) => this.#refuse({ reason }, 'refused a gateway or worker of another release');
    this.#connections.set(socket, serveConnection(socket, this.#host, { hostId, takesTasks, isRemote, onRefused }));
    socket.on('close', () => this.#connections.delete(socket));
  }

  #refuse(fields: { readonly reason: string; readonly address?: string | undefined }, message: string): void {
    this.#options.refusedPeers.inc();
    this.#options.logger.warn(fields, message);
  }
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
