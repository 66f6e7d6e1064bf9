import type { Database, Tx } from '@patchbay/domain';
import {
  answerQuestion,
  appendEvent,
  extendStream,
  findMcpSession,
  finishStream,
  type McpSession,
  type McpSessionChange,
  type McpStreamKey,
  type McpStreamSubject,
  type McpStreamView,
  openStream,
  readAnswers,
  readStream,
  rememberMcpSession,
} from '@patchbay/domain/sessions';
import { newId } from '@patchbay/foundation';
import type { Vault } from '@patchbay/vault';
import { LRUCache } from 'lru-cache';
import type { SessionClaims } from './session-id.ts';

export interface SessionStoreDeps {
  readonly database: Pick<Database, 'withOrganization'>;
  readonly vault: Vault;
}

export interface NewStreamEvent {
  readonly sequence: number;
  readonly text: string;
  readonly questionId?: string;
  readonly last?: boolean;
}

/** The stored state of sessions, with a short cache of its own for the path of every request. */
export interface SessionStore {
  /** Null when nothing had to be remembered. At most 5 s old. */
  find(claims: SessionClaims): Promise<McpSession | null>;
  /** The same as it is now. */
  refresh(claims: SessionClaims): Promise<McpSession | null>;
  remember(claims: SessionClaims, change: McpSessionChange): Promise<McpSession>;
  openStream(claims: SessionClaims, requestId: string | number, subject: McpStreamSubject): Promise<McpStreamKey>;
  extendStream(claims: SessionClaims, stream: McpStreamKey): Promise<void>;
  /** `last` ends the stream. */
  append(claims: SessionClaims, stream: McpStreamKey, event: NewStreamEvent): Promise<void>;
  read(claims: SessionClaims, stream: McpStreamKey, after: number): Promise<McpStreamView | null>;
  answer(claims: SessionClaims, questionId: string, text: string): Promise<boolean>;
  answers(claims: SessionClaims, questionIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** The gateway of a stream without a heartbeat for this long is gone. */
const LEASE_MS = 5_000;
export const EXTEND_EVERY_MS = 1_250;

const KNOWN = { max: 20_000, ttl: 5_000 };
/** How old the note of the last use may become before a read renews it. */
const TOUCH_AFTER_MS = 15 * 60_000;

export class DatabaseSessionStore implements SessionStore {
  readonly #database: SessionStoreDeps['database'];
  readonly #vault: Vault;
  readonly #known = new LRUCache<string, { readonly row: McpSession | null }>(KNOWN);

  constructor({ database, vault }: SessionStoreDeps) {
    this.#database = database;
    this.#vault = vault;
  }

  async find(claims: SessionClaims): Promise<McpSession | null> {
    const found = this.#known.get(claims.id);
    if (found) return found.row;
    const row = await this.refresh(claims);
    const isStale = row !== null && row.lastUsedAt.getTime() < Date.now() - TOUCH_AFTER_MS;
    return isStale ? this.remember(claims, {}) : row;
  }

  refresh(claims: SessionClaims): Promise<McpSession | null> {
    return this.#keep(claims.id, () => this.#inside(claims, (tx) => findMcpSession(tx, claims.id)));
  }

  remember(claims: SessionClaims, change: McpSessionChange): Promise<McpSession> {
    const { id, connectorId, principalHash, expiresAtMs } = claims;
    const key = { id, connectorId, principalHash, expiresAt: new Date(expiresAtMs) };
    return this.#keep(id, () => this.#inside(claims, (tx) => rememberMcpSession(tx, key, change)));
  }

  async openStream(
    claims: SessionClaims,
    requestId: string | number,
    subject: McpStreamSubject,
  ): Promise<McpStreamKey> {
    const stream = { sessionId: claims.id, id: newId('request') };
    await this.remember(claims, {});
    await this.#inside(claims, (tx) => openStream(tx, stream, { requestId, subject, leaseMs: LEASE_MS }));
    return stream;
  }

  extendStream(claims: SessionClaims, stream: McpStreamKey): Promise<void> {
    return this.#inside(claims, (tx) => extendStream(tx, stream, LEASE_MS));
  }

  append(claims: SessionClaims, stream: McpStreamKey, { last = false, ...event }: NewStreamEvent): Promise<void> {
    return this.#inside(claims, async (tx) => {
      await appendEvent(tx, this.#vault, stream, event);
      if (last) await finishStream(tx, stream);
    });
  }

  read(claims: SessionClaims, stream: McpStreamKey, after: number): Promise<McpStreamView | null> {
    return this.#inside(claims, (tx) => readStream(tx, this.#vault, stream, after));
  }

  answer(claims: SessionClaims, questionId: string, text: string): Promise<boolean> {
    const key = { sessionId: claims.id, questionId };
    return this.#inside(claims, (tx) => answerQuestion(tx, this.#vault, key, text));
  }

  answers(claims: SessionClaims, questionIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#inside(claims, (tx) => readAnswers(tx, this.#vault, claims.id, questionIds));
  }

  #inside<T>({ organizationId }: SessionClaims, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#database.withOrganization({ organizationId }, work);
  }

  /** The later answer of two concurrent loads may be the older row: then neither is kept. */
  async #keep<Row extends McpSession | null>(id: string, load: () => Promise<Row>): Promise<Row> {
    const before = this.#known.get(id);
    const row = await load();
    if (this.#known.get(id) === before) this.#known.set(id, { row });
    else this.#known.delete(id);
    return row;
  }
}
