import { duplexPair } from 'node:stream';
import { AppError, type Secret } from '@patchbay/foundation';
import type { PostgresTarget } from '@patchbay/sandbox-protocol';
import pg from 'pg';
import { EGRESS_LIMITS } from '../egress-limits.ts';
import { DatabaseSessions } from './database-sessions.ts';
import type { DatabaseWay } from './open-database.ts';
import { OF_THE_CONNECTION } from './startup-request.ts';

/** A database and what opens it. */
export interface DatabaseAccess {
  readonly target: Omit<PostgresTarget, 'mayWrite' | 'effect'>;
  readonly password: Secret;
}

/**
 * Runs queries of the platform's own in a database of a connection, on the way on which the code of connectors reaches it.
 *
 * @throws AppError `egress.address_refused`, `egress.upstream_failed`, `egress.database_login_failed`
 */
export async function withDatabaseClient<T>(
  { target, password }: DatabaseAccess,
  way: DatabaseWay,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const [near, far] = duplexPair();
  const end = new AbortController();
  const sessions = new DatabaseSessions({ ...way, limits: EGRESS_LIMITS, onRefusal: () => {} });
  const reads: PostgresTarget = { ...target, mayWrite: false, effect: 'read' };
  const served = sessions.serve(far, { target: reads, password, ended: end.signal });
  const client = new pg.Client({
    user: OF_THE_CONNECTION,
    database: OF_THE_CONNECTION,
    ssl: false,
    statement_timeout: STATEMENT_MS_MAX,
    // A stream in this process; the driver treats it as a socket that it connects.
    stream: () => Object.assign(near, { connect: () => process.nextTick(() => near.emit('connect')), setNoDelay() {} }),
  });
  client.on('error', () => {}); // what waits for an answer is rejected
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    near.destroy();
    end.abort();
    const refusal = await served;
    if (refusal) throw refusal;
    if (error instanceof AppError) throw error;
    const detail = `${target.host}:${target.port}: ${error instanceof Error ? error.message : String(error)}.`;
    throw new AppError('egress.upstream_failed', { detail, cause: error });
  } finally {
    await client.end().catch(() => {});
    end.abort();
    await served;
  }
}

const STATEMENT_MS_MAX = 20_000;
