/**
 * The databases of one sandbox. The sandbox speaks the plain PostgreSQL protocol and names no host, user or password:
 * its reference does. After the login bytes are relayed unread, until the reference ends.
 *
 * @see PostgreSQL documentation, "Message Flow"
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TLSSocket } from 'node:tls';
import { AppError, asAppError, type Secret } from '@patchbay/foundation';
import type { PostgresTarget } from '@patchbay/sandbox-protocol';
import { bounded } from '../bounded.ts';
import type { EgressLimits } from '../egress-limits.ts';
import { ByteReader } from './byte-reader.ts';
import { IdleWatch } from './idle-watch.ts';
import { type LoggedIn, logIn } from './log-in.ts';
import { CANCEL_REQUEST, fatal, firstMessage, int32, message } from './messages.ts';
import { type DatabaseWay, openDatabase } from './open-database.ts';
import { readStartup, STARTUP_BYTES_MAX, type StartupRequest } from './startup-request.ts';

/** The database that one reference opens. */
export interface DatabaseLease {
  readonly target: PostgresTarget;
  readonly password: Secret;
  /** Aborted with the reference. */
  readonly ended: AbortSignal;
}

export interface DatabaseSessionsOptions extends DatabaseWay {
  readonly limits: Pick<
    EgressLimits,
    'connectMs' | 'idleMs' | 'totalMs' | 'requestBytes' | 'responseBytes' | 'databases'
  >;
  /** A refusal, for the author's log. */
  onRefusal(text: string): void;
}

/** Two pipelines and the watchers of one connection; Node warns of a leak above ten. */
const LISTENERS_MAX = 30;

/** A session that a cancel request may name, by the key that was made up for it. */
interface Cancellable {
  readonly lease: DatabaseLease;
  readonly serverKey: Buffer;
}

export class DatabaseSessions {
  readonly #options: DatabaseSessionsOptions;
  /** Key that the sandbox got → session. The server's own keys stay here. */
  readonly #cancellable = new Map<string, Cancellable>();
  #open = 0;

  constructor(options: DatabaseSessionsOptions) {
    this.#options = options;
  }

  /**
   * Serves one connection until it ends. A refusal is sent as PostgreSQL sends it.
   *
   * @returns the refusal; null for a connection that was opened
   */
  async serve(client: Duplex, lease: DatabaseLease): Promise<AppError | null> {
    client.on('error', () => {}); // its close is what counts
    client.setMaxListeners(LISTENERS_MAX);
    this.#open += 1;
    try {
      await this.#serve(client, lease);
      return null;
    } catch (error) {
      const refusal = asAppError(error);
      this.#refuse(client, refusal, lease.target);
      return refusal;
    } finally {
      this.#open -= 1;
    }
  }

  async #serve(client: Duplex, lease: DatabaseLease): Promise<void> {
    const { limits } = this.#options;
    const signal = AbortSignal.any([lease.ended, AbortSignal.timeout(limits.connectMs), closing(client)]);
    const request = await readRequest(client, lease.target, signal);
    if (request.kind === 'cancel') {
      // The answer to a cancel request is the end of its connection, whatever came of it.
      await this.#cancel(request.key, lease).finally(() => client.destroy());
      return;
    }
    if (request.kind !== 'startup') {
      const detail = request.kind === 'refused' ? request.reason : 'encryption was asked for twice';
      throw new AppError('egress.database_refused', { detail: `${detail}.` });
    }
    if (this.#open > limits.databases) {
      const detail = `More than ${limits.databases} connections to databases are open at once.`;
      throw new AppError('egress.limit_exceeded', { detail });
    }
    if (lease.target.mayWrite && lease.target.effect === 'read') throw new AppError('egress.database_write_refused');
    const server = await openDatabase(lease.target, this.#options, signal);
    try {
      const { target, password } = lease;
      const loggedIn = await logIn(server, { target, password, settings: request.settings }, signal);
      const key = this.#remember(loggedIn, lease);
      client.write(greeting(loggedIn, { key, isNewer: request.isNewer }));
      const { owesAnswer } = await this.#relay({ client, server }, lease);
      this.#cancellable.delete(key.toString('hex'));
      // The server would continue a query whose reader is gone.
      if (owesAnswer && loggedIn.cancelKey) await this.#sendCancel(target, loggedIn.cancelKey).catch(() => {});
    } finally {
      server.destroy();
    }
  }

  /** Passes bytes on in both directions, until one end closes, the reference ends or a limit is reached. */
  async #relay({ client, server }: { client: Duplex; server: TLSSocket }, lease: DatabaseLease): Promise<IdleWatch> {
    const { limits } = this.#options;
    const end = () => {
      client.destroy();
      server.destroy();
    };
    const watch = new IdleWatch(limits, end);
    lease.ended.addEventListener('abort', end);
    if (lease.ended.aborted) end();
    try {
      await Promise.all([
        pipeline(client, watch.asking(), bounded(limits.requestBytes, 'The input of the database'), server),
        pipeline(server, watch.answering(), bounded(limits.responseBytes, 'The output of the database'), client),
      ]);
    } catch (error) {
      // A connection that breaks or is ended is no refusal; a limit is.
      if (error instanceof AppError) this.#options.onRefusal(refusalText(error, lease.target));
    } finally {
      watch.stop();
      lease.ended.removeEventListener('abort', end);
      end();
    }
    return watch;
  }

  /** A key of our own for this session: the server's would work for every peer that reaches the server. */
  #remember({ cancelKey }: LoggedIn, lease: DatabaseLease): Buffer {
    const key = Buffer.concat([int32(randomBytes(4).readInt32BE() & 0x7fff_ffff), randomBytes(4)]);
    if (cancelKey) this.#cancellable.set(key.toString('hex'), { lease, serverKey: cancelKey });
    return key;
  }

  /** Cancels a query of a session of the same reference; of any other it does nothing. */
  async #cancel(key: Buffer, lease: DatabaseLease): Promise<void> {
    const found = this.#cancellable.get(key.toString('hex'));
    if (found?.lease.ended !== lease.ended) return;
    await this.#sendCancel(lease.target, found.serverKey);
  }

  async #sendCancel(target: PostgresTarget, serverKey: Buffer): Promise<void> {
    const signal = AbortSignal.timeout(this.#options.limits.connectMs);
    const server = await openDatabase(target, this.#options, signal);
    server.end(firstMessage(CANCEL_REQUEST, serverKey));
    // The server closes after it signalled the process.
    await once(server.resume(), 'close', { signal }).finally(() => server.destroy());
  }

  #refuse(client: Duplex, error: AppError, target: PostgresTarget): void {
    this.#options.onRefusal(refusalText(error, target));
    if (!client.writable) return void client.destroy();
    client.end(fatal(sqlStateOf(error), `${error.code}: ${error.detail ?? error.message}`, error.hint));
    // The rest of what the sandbox sends is not read.
    client.once('finish', () => client.destroy());
  }
}

/** The first message that is no question about encryption; such a one is answered with "no", twice at most. */
async function readRequest(client: Duplex, target: PostgresTarget, signal: AbortSignal): Promise<StartupRequest> {
  const reader = new ByteReader(client, signal);
  for (let questions = 0; ; questions++) {
    const head = await reader.read(8);
    const length = head.readInt32BE(0) - 8;
    if (length < 0 || length > STARTUP_BYTES_MAX) {
      return { kind: 'refused', reason: 'this is no startup message of PostgreSQL' };
    }
    const request = readStartup(head.readInt32BE(4), await reader.read(length), target);
    if (request.kind !== 'encryption' || questions === 2) {
      await reader.release();
      return request;
    }
    client.write('N');
  }
}

/** The answer to the sandbox in place of a login: that it is accepted, and the server's own reports. */
function greeting({ reports, ready }: LoggedIn, { key, isNewer }: { key: Buffer; isNewer: boolean }): Buffer {
  const negotiated = isNewer ? [message('v', int32(0), int32(0))] : [];
  return Buffer.concat([...negotiated, message('R', int32(0)), ...reports, message('K', key), ready]);
}

function closing(stream: Duplex): AbortSignal {
  const closed = new AbortController();
  stream.once('close', () => closed.abort());
  return closed.signal;
}

const SQL_STATES: Readonly<Record<string, string>> = {
  'egress.address_refused': '08004',
  'egress.database_refused': '08P01',
  'egress.database_write_refused': '25006',
  'egress.limit_exceeded': '53300',
};

function sqlStateOf(error: AppError): string {
  const { sqlState } = error.data ?? {};
  return typeof sqlState === 'string' ? sqlState : (SQL_STATES[error.code] ?? '08001');
}

const refusalText = (error: AppError, { host, port }: PostgresTarget) =>
  `database ${host}:${port}: ${error.code}: ${error.detail ?? error.message}`;
