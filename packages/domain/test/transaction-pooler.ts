import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import pg from 'pg';

/**
 * A pooler in transaction mode, as pgbouncer is: clients outnumber server sessions, and a session is a client's for
 * one transaction only. What a client leaves behind in a session, the next one finds there.
 */
export interface TransactionPooler {
  readonly url: string;
  /** Transactions that were carried, and server sessions they went through. */
  statistics(): { readonly transactions: number; readonly sessions: number };
  close(): Promise<void>;
}

/** A server session, signed in, whose socket is used raw. */
interface Session {
  readonly socket: Socket;
  readonly client: pg.Client;
  clientOf: Socket | null;
}

const READY = 0x5a; // 'Z'
const TERMINATE = 0x58; // 'X'
const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;

export async function startTransactionPooler(
  databaseUrl: string,
  options: { readonly sessions: number },
): Promise<TransactionPooler> {
  const sessions = await Promise.all(Array.from({ length: options.sessions }, () => openSession(databaseUrl)));
  const waiting: { readonly client: Socket; resolve(session: Session): void }[] = [];
  const clients = new Set<Socket>();
  let transactions = 0;

  const take = (client: Socket): Promise<Session> => {
    transactions += 1;
    const free = sessions.filter((session) => session.clientOf === null);
    // Any of them: a client must not find its own session again by accident.
    const session = free[transactions % Math.max(1, free.length)];
    if (!session) return new Promise((resolve) => waiting.push({ client, resolve }));
    session.clientOf = client;
    return Promise.resolve(session);
  };
  const give = (session: Session) => {
    const next = waiting.shift();
    session.clientOf = next?.client ?? null;
    next?.resolve(session);
  };

  const server = createServer({ noDelay: true }, (client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client)).on('error', () => {});
    void serve(client).catch(() => client.destroy());
  });

  async function serve(client: Socket): Promise<void> {
    let held: Session | null = null;
    let greeted = false;
    for await (const message of messages(client, () => greeted)) {
      if (!greeted) {
        const code = message.readInt32BE(4);
        if (code === SSL_REQUEST) client.write('N');
        else if (code === CANCEL_REQUEST) return void client.end();
        else {
          greeted = true;
          client.write(GREETING);
        }
        continue;
      }
      if (message[0] === TERMINATE) break;
      if (held === null || held.clientOf !== client) {
        held = await take(client);
      }
      held.socket.write(message);
    }
    client.end();
    // A client that goes away within a transaction leaves a session nobody may get.
    if (held?.clientOf === client) held.socket.destroy();
  }

  for (const session of sessions) {
    void (async () => {
      for await (const message of messages(session.socket, () => true)) {
        const client = session.clientOf;
        client?.write(message);
        // Idle outside of any transaction: the session is the next one's.
        if (message[0] === READY && message[5] === 0x49) give(session);
      }
    })().catch(() => {});
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' ? address?.port : 0);
  url.searchParams.delete('host');
  return {
    url: url.href,
    statistics: () => ({ transactions, sessions: sessions.length }),
    async close() {
      for (const client of clients) client.destroy();
      for (const { socket } of sessions) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function openSession(databaseUrl: string): Promise<Session> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => {});
  await client.connect();
  // The library signed in for us; from here on the bytes are the clients'.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.removeAllListeners('data');
  stream.setNoDelay(true);
  return { socket: stream, client, clientOf: null };
}

/** AuthenticationOk, the parameters clients insist on, a key that cancels nothing, ReadyForQuery. */
const GREETING = Buffer.concat([
  Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]),
  ...[
    ['server_version', '18.0'],
    ['client_encoding', 'UTF8'],
    ['standard_conforming_strings', 'on'],
    ['integer_datetimes', 'on'],
    ['DateStyle', 'ISO, MDY'],
    ['TimeZone', 'UTC'],
  ].map(([name, value]) => {
    const body = Buffer.from(`${name}\0${value}\0`);
    const head = Buffer.from([0x53, 0, 0, 0, 0]);
    head.writeInt32BE(body.byteLength + 4, 1);
    return Buffer.concat([head, body]);
  }),
  Buffer.from([0x4b, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1]),
  Buffer.from([READY, 0, 0, 0, 5, 0x49]),
]);

/** Whole protocol messages: with a type byte once greeted, without one before. */
async function* messages(socket: Socket, isTyped: () => boolean): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer]); // no encoding is set
    for (;;) {
      const at = isTyped() ? 1 : 0;
      if (rest.byteLength < at + 4) break;
      const length = rest.readInt32BE(at) + at;
      if (rest.byteLength < length) break;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      yield message;
    }
  }
}
