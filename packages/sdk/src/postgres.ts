/** `context.postgres`: the settings by which a PostgreSQL driver reaches a connection's database without a password. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RunnerConnection } from './runtime.ts';

/** Settings for `new pg.Client(…)`. Use them as they are: host, user, database and password are the connection's. */
export interface PostgresSettings {
  /** A new way to the database, for each client. */
  readonly stream: () => Duplex;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** The platform encrypts the way to the server; this one stays inside the sandbox. */
  readonly ssl: false;
}

/** The database of a call, where the caller has several. */
export interface DatabaseChoice {
  /** The account's label, as people see it. */
  readonly account?: string;
}

/** The name by which the proxy takes the user and the database of the reference. */
const OF_THE_CONNECTION = 'connection';
const HEAD_END = '\r\n\r\n';
const HEAD_BYTES_MAX = 16_384;

/**
 * The settings of a database. @param name the name in `connections`
 *
 * @throws Error when the call has no such connection, or several and the choice is open
 */
export function postgresSettings(
  name: string,
  { account }: DatabaseChoice,
  given: { readonly connections: readonly RunnerConnection[]; readonly egressSocket: string | undefined },
): PostgresSettings {
  const { egressSocket } = given;
  if (egressSocket === undefined) throw new Error('There is no way to a database here. Run the connector in Patchbay.');
  const { reference } = chooseDatabase(name, account, given.connections);
  return {
    stream: () => databaseStream(egressSocket, reference),
    host: 'postgres',
    port: 5432,
    user: OF_THE_CONNECTION,
    database: OF_THE_CONNECTION,
    ssl: false,
  };
}

function chooseDatabase(
  name: string,
  account: string | undefined,
  connections: readonly RunnerConnection[],
): RunnerConnection {
  const named = connections.filter((one) => one.name === name);
  const asked = account === undefined ? named : named.filter((one) => one.account === account);
  const [first, second] = asked;
  const found = second === undefined ? first : asked.find(({ isDefault }) => isDefault);
  if (found) return found;
  const labels = named.map((one) => one.account).join(', ') || 'none';
  if (first) throw new Error(`${name} has several databases: ${labels}. Choose one: postgres(name, { account: '…' }).`);
  throw new Error(`This call has no database ${JSON.stringify(account ?? name)}. It has: ${labels}.`);
}

/** The stream that a driver connects: it reaches the egress socket when the driver connects it. */
function databaseStream(socketPath: string, reference: string): Duplex {
  const { duplexPair } = process.getBuiltinModule('node:stream');
  const [near, far] = duplexPair();
  const stream = Object.assign(near, {
    connect: () => {
      void open(socketPath, reference).then(
        (socket) => {
          join(far, socket);
          // A driver waits for the close, which half of a pair has only when both of its directions ended.
          near.once('end', () => near.destroy()).once('close', () => socket.destroy());
          near.emit('connect');
        },
        (error: Error) => near.destroy(error),
      );
      return stream;
    },
    // Drivers call these on sockets of TCP.
    setNoDelay: () => stream,
    setKeepAlive: () => stream,
    ref: () => stream,
    unref: () => stream,
  });
  return stream;
}

/** Bytes in both directions; the end of the socket is the end of the stream, after what came before it. */
function join(far: Duplex, socket: Socket): void {
  far.pipe(socket);
  socket.pipe(far, { end: false });
  socket.once('close', () => far.end());
  far.once('close', () => socket.destroy());
}

/** A socket on which the proxy expects the startup of the PostgreSQL protocol. @throws Error with the proxy's reason */
function open(socketPath: string, reference: string): Promise<Socket> {
  const { connect } = process.getBuiltinModule('node:net');
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let head = Buffer.alloc(0);
    const finish = (error: Error | null) => {
      socket.pause().off('data', read).off('close', closed);
      if (error === null) return resolve(socket);
      socket.destroy();
      reject(error);
    };
    const closed = () => finish(refusal(head.toString()));
    const read = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const text = head.toString('latin1');
      const isWhole = text.includes(HEAD_END);
      // The server speaks second: behind the head of an accepted request there is nothing yet.
      if (isWhole && text.startsWith('HTTP/1.1 200 ')) finish(null);
      else if (head.byteLength > HEAD_BYTES_MAX) finish(refusal(''));
    };
    socket
      .on('error', () => {})
      .on('data', read)
      .on('close', closed); // a refusal ends in the close
    const lines = ['CONNECT postgres:5432 HTTP/1.1', 'Host: egress', `Patchbay-Credential: ${reference}`];
    socket.write(`${lines.join('\r\n')}${HEAD_END}`);
  });
}

function refusal(answer: string): Error {
  const body = answer.slice(answer.indexOf(HEAD_END) + HEAD_END.length);
  return new Error(`The database was not opened${body === '' ? '.' : `: ${body}`}`);
}
