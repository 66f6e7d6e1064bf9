import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TlsIdentity } from '@patchbay/sandbox-protocol/peers';
import { encodeJsonFrame, SUPERVISOR_FRAMES } from '@patchbay/sandbox-protocol/wire';

/** A foreign program at the address of a supervisor: it sends a supervisor's frames, and keeps the received ones. */
export interface FakeHost {
  readonly port: number;
  /** Everything that was sent to it after the handshake; without TLS, what can be read of it as it is. */
  readonly received: Buffer;
  readonly connections: number;
  close(): Promise<void>;
}

/** `identity` null: it speaks no TLS. */
export async function startFakeHost(hostId: string, identity: TlsIdentity | null): Promise<FakeHost> {
  const received: Buffer[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const greet = (socket: Socket) => {
    const status = { hostId, state: 'serving', takesTasks: true };
    socket.write(encodeJsonFrame(SUPERVISOR_FRAMES.status, status));
    socket.on('data', (bytes) => {
      if (identity !== null) received.push(bytes);
      // Without TLS a ClientHello arrives, which contains nothing; a frame of ours would begin with a length.
      else if (bytes[0] !== 0x16) received.push(bytes);
    });
    socket.on('error', () => {});
  };
  const server =
    identity === null
      ? createServer(greet)
      : createTlsServer({ cert: identity.certificate, key: identity.key.reveal() }, greet);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // a TCP listener has one
    get received() {
      return Buffer.concat(received);
    },
    get connections() {
      return connections;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
