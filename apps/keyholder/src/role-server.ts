/**
 * The listener of one role. The directory of its socket can be entered by that role's user alone, so that every process
 * that connects is of the role.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { type KeyholderAnswer, type KeyholderRequest, keyholderRequest, LINE_CHARACTERS_MAX } from '@patchbay/vault';

export interface RoleServerOptions {
  readonly socketPath: string;
  answer(request: KeyholderRequest): Promise<KeyholderAnswer>;
  /** A peer that does not keep to the protocol; its connection is ended. */
  onMalformed(): void;
}

export interface RoleServer {
  close(): Promise<void>;
}

/** Processes, not calls: each holds one. */
const CONNECTIONS_MAX = 64;

/** Takes the place of a socket that a killed keyholder left. */
export async function startRoleServer(options: RoleServerOptions): Promise<RoleServer> {
  await rm(options.socketPath, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // close follows
    serve(socket, options);
  });
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, options.socketPath);
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Others than the keyholder's user connect, and the directory decides which: the mode is given as it is created. */
async function listen(server: Server, socketPath: string): Promise<void> {
  const before = process.umask(0);
  try {
    // Rejects with the server's error. The socket file is there when `listen` returns.
    const listening = once(server.listen(socketPath), 'listening');
    process.umask(before);
    await listening;
  } finally {
    process.umask(before);
  }
}

function serve(socket: Socket, { answer, onMalformed }: RoleServerOptions): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    const requests = rest.length > LINE_CHARACTERS_MAX ? [null] : lines.map(parse);
    for (const request of requests) {
      if (request === null) {
        onMalformed();
        return void socket.destroy();
      }
      void answer(request).then((found) => socket.writable && socket.write(`${JSON.stringify(found)}\n`));
    }
  });
}

function parse(line: string): KeyholderRequest | null {
  if (line.length > LINE_CHARACTERS_MAX) return null;
  try {
    return keyholderRequest.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
