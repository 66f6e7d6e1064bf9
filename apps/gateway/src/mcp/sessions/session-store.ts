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

/** What the database remembers of sessions, with a short memory of its own for the path of every request. */
export interface SessionStore {
  /** Null when nothing had to be remembered. At most 5 s old. */
  find(claims: SessionClaims): Promise<McpSession | null>;
  /** The same as it is now. */
  refresh(claims: SessionClaims): Promise<McpSession | null>;
  remember(claims: SessionClaims, change: McpSessionChange): Promise<McpSession>;
  openStream(claims: SessionClaims, requestId: string | number, subject: McpStreamSubject): Promise<McpStreamKey>;
  extendStream(claims: SessionClaims, stream: McpStreamKey): Promise<void>;
  /** `last` ends the stream. */
  append(
    claims: SessionClaims,
    stream: McpStreamKey,
    event: { sequence: number; text: string; questionId?: string; last?: boolean },
  ): Promise<void>;
  read(claims: SessionClaims, stream: McpStreamKey, after: number): Promise<McpStreamView | null>;
  answer(claims: SessionClaims, questionId: string, text: string): Promise<boolean>;
  answers(claims: SessionClaims, questionIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** A stream whose gateway was not heard of for this long has nobody who works on it. */
const LEASE_MS = 5_000;
export const EXTEND_EVERY_MS = 1_250;

const KNOWN = { max: 20_000, ttl: 5_000 };
/** How old the note of the last use may become before a read renews it. */
const TOUCH_AFTER_MS = 15 * 60_000;

export function createSessionStore({ database, vault }: SessionStoreDeps): SessionStore {
  const known = new LRUCache<string, { readonly row: McpSession | null }>(KNOWN);
  const inside = <T>({ organizationId }: SessionClaims, work: (tx: Tx) => Promise<T>) =>
    database.withOrganization({ organizationId }, work);
  /** Of two that were under way together the later answer may be the older row: then neither is kept. */
  const keep = async <Row extends McpSession | null>(id: string, load: () => Promise<Row>): Promise<Row> => {
    const before = known.get(id);
    const row = await load();
    if (known.get(id) === before) known.set(id, { row });
    else known.delete(id);
    return row;
  };
  const refresh = (claims: SessionClaims): Promise<McpSession | null> =>
    keep(claims.id, () => inside(claims, (tx) => findMcpSession(tx, claims.id)));
  const remember = (claims: SessionClaims, change: McpSessionChange): Promise<McpSession> => {
    const { id, connectorId, principalHash, expiresAtMs } = claims;
    const key = { id, connectorId, principalHash, expiresAt: new Date(expiresAtMs) };
    return keep(id, () => inside(claims, (tx) => rememberMcpSession(tx, key, change)));
  };
  return {
    async find(claims) {
      const found = known.get(claims.id);
      if (found) return found.row;
      const row = await refresh(claims);
      const isStale = row !== null && row.lastUsedAt.getTime() < Date.now() - TOUCH_AFTER_MS;
      return isStale ? remember(claims, {}) : row;
    },
    refresh,
    remember,
    async openStream(claims, requestId, subject) {
      const stream = { sessionId: claims.id, id: newId('request') };
      await remember(claims, {});
      await inside(claims, (tx) => openStream(tx, stream, { requestId, subject, leaseMs: LEASE_MS }));
      return stream;
    },
    extendStream: (claims, stream) => inside(claims, (tx) => extendStream(tx, stream, LEASE_MS)),
    append: (claims, stream, { last = false, ...event }) =>
      inside(claims, async (tx) => {
        await appendEvent(tx, vault, stream, event);
        if (last) await finishStream(tx, stream);
      }),
    read: (claims, stream, after) => inside(claims, (tx) => readStream(tx, vault, stream, after)),
    answer: (claims, questionId, text) =>
      inside(claims, (tx) => answerQuestion(tx, vault, { sessionId: claims.id, questionId }, text)),
    answers: (claims, questionIds) => inside(claims, (tx) => readAnswers(tx, vault, claims.id, questionIds)),
  };
}
