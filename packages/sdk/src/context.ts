import type { ServerContext } from '@modelcontextprotocol/server';
import type { Batch, BatchStore } from './batch.ts';
import type { Cache, CacheStore } from './cache.ts';
import { type ConnectionFetch, createConnectionFetch } from './connection-fetch.ts';
import type { DynamicLists } from './dynamic-lists.ts';
import { type DatabaseChoice, type PostgresSettings, postgresSettings } from './postgres.ts';
import { findRuntime, type RunnerContext } from './runtime.ts';

/** Writes to the connector's log (`patchbay logs -f`), with time and request id. Never log what a person would not want read. */
export interface Log {
  debug(text: string, data?: unknown): void;
  info(text: string, data?: unknown): void;
  warn(text: string, data?: unknown): void;
  error(text: string, data?: unknown): void;
}

/** The context that a tool, resource or prompt gets for one call. */
export interface Context
  extends Pick<
    RunnerContext,
    'user' | 'organization' | 'client' | 'requestId' | 'idempotencyKey' | 'signal' | 'secrets'
  > {
  /**
   * `fetch` to the hosts declared in `egress`; it ends with the call unless the request brings a signal of its own. To a
   * host of a connection it is sent with the caller's account; with several, `fetch(url, { account })` chooses.
   */
  readonly fetch: ConnectionFetch;
  /**
   * The settings for a PostgreSQL driver to reach a connection's database: `new pg.Client(context.postgres('shop'))`. The
   * platform logs in; what is opened with them ends with the call.
   * @throws Error when the call has no such connection
   */
  postgres(name: string, choice?: DatabaseChoice): PostgresSettings;
  readonly log: Log;
  readonly cache: Cache;
  readonly batch: Batch;
  /** Changes what the connector offers; with `dynamic: true` only. */
  readonly lists: DynamicLists;
  /** The protocol's own context, for what the SDK has no word for (input requests, client capabilities). */
  readonly mcp: ServerContext;
  /**
   * Reports progress to the caller. `done` must grow; `total` in the same unit, when it is known. A call that reports
   * progress does not time out in clients that wait about 60 s otherwise.
   */
  progress(done: number, total?: number, message?: string): void;
  /**
   * The value of a secret of this connector.
   * @throws Error that names the command which sets it, when it is not set
   */
  secret(name: string): string;
}

/** The memory of one connector that outlives a call. */
export interface ConnectorMemory {
  readonly cache: CacheStore;
  readonly batches: BatchStore;
  lists(): DynamicLists;
}

/**
 * The context of the call that runs now.
 * @throws Error when no runtime is around: the connector was started as a plain program
 */
export function currentContext(memory: ConnectorMemory, mcp: ServerContext): Context {
  const given = findRuntime()?.current();
  if (!given) {
    throw new Error(
      'This connector runs outside of Patchbay. Run it with `patchbay dev`, or test it with `@patchbay/connector/testing`.',
    );
  }
  return {
    user: given.user,
    organization: given.organization,
    client: given.client,
    requestId: given.requestId,
    idempotencyKey: given.idempotencyKey,
    signal: given.signal,
    secrets: given.secrets,
    mcp,
    cache: memory.cache.forCall(given.cacheScopeKey, given.signal),
    lists: memory.lists(),
    batch: memory.batches.forCall(given.cacheScopeKey, given.signal),
    fetch: createConnectionFetch(given.fetch, given.connections ?? [], given.signal),
    postgres: (name, choice = {}) => {
      return postgresSettings(name, choice, {
        connections: given.connections ?? [],
        egressSocket: given.egressSocket,
      });
    },
    log: {
      debug: (text, data) => given.log('debug', text, data),
      info: (text, data) => given.log('info', text, data),
      warn: (text, data) => given.log('warn', text, data),
      error: (text, data) => given.log('error', text, data),
    },
    progress: (done, total, message) => given.progress(done, total, message),
    secret: (name) => readSecret(given.secrets, name),
  };
}

function readSecret(secrets: Readonly<Record<string, string>>, name: string): string {
  const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  if (value === undefined) throw new Error(`The secret ${name} is not set. Set it with: patchbay secrets set ${name}`);
  return value;
}
