import { AppError, type Clock, type Secret } from '@patchbay/foundation';
import type { Vault } from '@patchbay/vault';
import { emitChange } from '../changes/index.ts';
import type { Database, Tx } from '../database/index.ts';
import type { Connection as Row } from '../generated/client.ts';
import { type OAuthCredential, openCredential, sealCredential } from './credential.ts';
import { decideAfterFailure, decideRefresh, planRefresh, type RefreshFailure } from './decide-refresh.ts';
import { findProvider, type ProviderFacts } from './provider-facts.ts';

/** A request to the provider's token endpoint (RFC 6749 §6). */
interface RefreshRequest {
  readonly organizationId: string;
  readonly facts: ProviderFacts;
  /** The exact host of a provider with a host per customer. */
  readonly host: string | null;
  readonly refreshToken: Secret;
}

/** The new tokens; a null refresh token means that the one before stays. */
export type RefreshAnswer = { readonly kind: 'tokens'; readonly tokens: OAuthCredential } | RefreshFailure;

export interface RefreshDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Must answer within 15 seconds, and never throw: the row is locked meanwhile. */
  request(request: RefreshRequest): Promise<RefreshAnswer>;
}

export interface RefreshAsked {
  readonly organizationId: string;
  readonly connectionId: string;
  /** The revision of the credential that is not good any more. */
  readonly staleRevision: number;
  /** Whether the API answered 401 to it. */
  readonly isUnauthorized?: boolean;
}

export type RefreshOutcome =
  | { readonly kind: 'credential'; readonly credential: OAuthCredential; readonly revision: number }
  | { readonly kind: 'needs_reconnect' }
  /** The provider cannot be asked now. */
  | { readonly kind: 'unavailable'; readonly retryAt: Date };

/** Failures of other gateways in between, before the answer is that the provider is not available. */
const ROUNDS_MAX = 3;
const RETRY_MS = 5_000;

/**
 * The credential of a connection after the one that the caller holds. All gateways together send one request per
 * revision: the row is locked while it is under way, and those who wait find its outcome. Callers of one process wait
 * for one of them, so that they take one connection of the pool. That a request is about to be sent is committed before
 * it is, so that a crash leaves a trace for `decideRefresh`.
 *
 * @throws AppError `connections.unreadable`, `data.unavailable`
 */
export function refreshConnection(deps: RefreshDeps, asked: RefreshAsked): Promise<RefreshOutcome> {
  const running = RUNNING.get(deps.database) ?? new Map<string, Promise<RefreshOutcome>>();
  RUNNING.set(deps.database, running);
  const { organizationId, connectionId, staleRevision, isUnauthorized = false } = asked;
  const key = [organizationId, connectionId, staleRevision, isUnauthorized].join(' ');
  const known = running.get(key);
  if (known) return known;
  const started = refreshOnce(deps, asked).finally(() => running.delete(key));
  running.set(key, started);
  return started;
}

/** Refreshes under way in this process, by database. */
const RUNNING = new WeakMap<Database, Map<string, Promise<RefreshOutcome>>>();

async function refreshOnce(deps: RefreshDeps, asked: RefreshAsked): Promise<RefreshOutcome> {
  const scope = { organizationId: asked.organizationId };
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const begun = await deps.database.withOrganization(scope, (tx) => begin(deps, tx, asked));
    if (!('markedAt' in begun)) return begun;
    const outcome = await deps.database.withOrganization(scope, (tx) => resume(deps, tx, asked, begun.markedAt));
    if (outcome !== 'changed') return outcome;
  }
  return { kind: 'unavailable', retryAt: new Date(deps.clock.now().getTime() + RETRY_MS) };
}

/** Decides. The first request with a refresh token is only marked: the mark has to be committed before it is sent. */
async function begin(deps: RefreshDeps, tx: Tx, asked: RefreshAsked): Promise<RefreshOutcome | { markedAt: Date }> {
  const row = await lockRow(tx, asked.connectionId);
  if (!row?.credential || row.status !== 'active') return { kind: 'needs_reconnect' };
  const now = deps.clock.now();
  if (asked.isUnauthorized) await update(tx, row, { lastUnauthorizedAt: now });
  const credential = await openOAuth(deps, tx, row);
  if (!credential) return { kind: 'needs_reconnect' };
  const refresh = (await findProvider(tx, row.provider))?.oauth?.refresh;
  const state = {
    status: 'active' as const,
    revision: row.credentialRevision,
    hasRefreshToken: credential.refreshToken !== null,
    expiresAt: row.expiresAt,
    startedAt: row.refreshStartedAt,
    failures: row.refreshFailures,
    refreshAt: row.refreshAt,
  };
  const wish = { staleRevision: asked.staleRevision, isUnauthorized: asked.isUnauthorized ?? false, now };
  const facts = { rotates: refresh?.rotates ?? true, graceSeconds: refresh?.graceSeconds ?? 0 };
  const decision = decideRefresh(state, wish, facts);
  if (decision.act === 'use') return { kind: 'credential', credential, revision: row.credentialRevision };
  if (decision.act === 'wait') return { kind: 'unavailable', retryAt: decision.until };
  if (decision.act === 'reconnect') return markReconnect(tx, row);
  if (decision.why === 'repeat') return perform(deps, tx, row, true);
  await update(tx, row, { refreshStartedAt: now });
  return { markedAt: now };
}

/** Sends what was marked, unless another gateway was faster. */
async function resume(
  deps: RefreshDeps,
  tx: Tx,
  asked: RefreshAsked,
  markedAt: Date,
): Promise<RefreshOutcome | 'changed'> {
  const row = await lockRow(tx, asked.connectionId);
  if (!row?.credential || row.status !== 'active') return { kind: 'needs_reconnect' };
  return row.refreshStartedAt?.getTime() === markedAt.getTime() ? perform(deps, tx, row, false) : 'changed';
}

/** Sends the request under the lock of the row, and stores what came of it before any caller sees it. */
async function perform(deps: RefreshDeps, tx: Tx, row: Row, isRepeat: boolean): Promise<RefreshOutcome> {
  const before = await openOAuth(deps, tx, row);
  const facts = await findProvider(tx, row.provider);
  if (!before?.refreshToken || !facts) return markReconnect(tx, row);
  const { organizationId, host, refreshFailures: failures } = row;
  const answer = await deps.request({ organizationId, facts, host, refreshToken: before.refreshToken });
  const now = deps.clock.now();
  if (answer.kind !== 'tokens') {
    const startedAt = row.refreshStartedAt ?? now;
    const after = decideAfterFailure(answer, { startedAt, isRepeat, failures }, now, Math.random());
    if (after.needsReconnect) return markReconnect(tx, row);
    const retryAt = after.refreshAt ?? new Date(now.getTime() + RETRY_MS);
    const plan = { refreshFailures: after.failures, refreshAt: retryAt };
    await update(tx, row, { ...plan, refreshStartedAt: after.startedAt });
    return { kind: 'unavailable', retryAt };
  }
  const credential = { ...answer.tokens, refreshToken: answer.tokens.refreshToken ?? before.refreshToken };
  const about = { expiresAt: credential.expiresAt, idleDays: facts.oauth?.refresh?.idleDays ?? null };
  await update(tx, row, {
    // Prisma's type of bytes has no shared memory behind it.
    credential: Uint8Array.from(await sealCredential(tx, deps.vault, row.id, credential)),
    credentialRevision: row.credentialRevision + 1,
    expiresAt: credential.expiresAt,
    refreshAt: planRefresh({ ...about, hasRefreshToken: true }, now, Math.random()),
    refreshFailures: 0,
    lastRefreshedAt: now,
    refreshStartedAt: null,
  });
  await emitChange(tx, { kind: 'connection', id: row.id });
  return { kind: 'credential', credential, revision: row.credentialRevision + 1 };
}

async function markReconnect(tx: Tx, row: Row): Promise<RefreshOutcome> {
  await update(tx, row, {
    status: 'needs_reconnect',
    statusReason: 'connections.refresh_refused',
    refreshAt: null,
    refreshStartedAt: null,
  });
  await emitChange(tx, { kind: 'connection', id: row.id });
  return { kind: 'needs_reconnect' };
}

async function lockRow(tx: Tx, id: string): Promise<Row | null> {
  const { organizationId } = tx.scope;
  await tx.query('SELECT 1 FROM app.connections WHERE organization_id = $1 AND id = $2 FOR UPDATE', [
    organizationId,
    id,
  ]);
  return tx.prisma.connection.findUnique({ where: { organizationId_id: { organizationId, id } } });
}

async function update(tx: Tx, { id }: Row, data: Partial<Row>): Promise<void> {
  const where = { organizationId_id: { ...tx.scope, id } };
  await tx.prisma.connection.update({ where, data: { ...data, updatedAt: new Date() }, select: { id: true } });
}

async function openOAuth({ vault }: RefreshDeps, tx: Tx, row: Row): Promise<OAuthCredential | null> {
  if (!row.credential) throw new AppError('connections.unreadable');
  const credential = await openCredential(tx, vault, row.id, row.credential);
  return credential.kind === 'oauth2' ? credential : null;
}
