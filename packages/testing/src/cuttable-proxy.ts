import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy before a database, which a test takes away: a line that falls silent, or a server that is not there. */
export interface CuttableProxy {
  /** The database's URL through this proxy. */
  readonly url: string;
  /** Another URL of the same server (another role) through this proxy. */
  through(databaseUrl: string): string;
  /** Stops forwarding without closing anything: what a dropped line looks like from both ends. */
  cut(): void;
  /** Ends every connection and every new one at once, as while the server restarts. */
  refuse(): void;
  /** Ends a connection when its client sends this text, once, in place of passing it on: a loss at a chosen statement. */
  endAt(text: string): void;
  mend(): void;
  close(): Promise<void>;
}

export async function startCuttableProxy(databaseUrl: string): Promise<CuttableProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  let isRefusing = false;
  let endsAt: string | null = null;
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server: Server = createServer((client) => {
    if (isRefusing) return client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      // While cut, bytes are swallowed: no FIN, no RST, no answer.
      from.on('data', (bytes: Buffer) => {
        if (from === client && endsAt !== null && bytes.includes(endsAt)) {
          endsAt = null;
          client.destroy();
        } else if (!isCut) {
          to.write(bytes);
        }
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        if (!isCut) to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = String(typeof address === 'object' ? address?.port : 0);
  const through = (other: string) => {
    const url = new URL(other);
    url.hostname = '127.0.0.1';
    url.port = port;
    return url.href;
  };
  return {
    url: through(databaseUrl),
    through,
    cut() {
      isCut = true;
    },
    refuse() {
      isRefusing = true;
      destroyAll();
    },
    endAt(text) {
      endsAt = text;
    },
    mend() {
      isCut = false;
      isRefusing = false;
      destroyAll(); // connections that lost bytes cannot continue
    },
    async close() {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}
