import { AppError, isId, newId } from '@patchbay/foundation';
import { ACCOUNT_LIMITS, OAUTH_LIMITS } from '@patchbay/foundation/limits';
import { type Actor, record } from '../audit/index.ts';
import { type Database, NEWEST_FIRST, type Tx } from '../database/index.ts';
import type { OAuthClient as OAuthClientRow } from '../generated/client.ts';

/** An OAuth client that an owner made, good for resources of its organization only. */
export interface OAuthClient {
  /** The `client_id`. */
  readonly id: string;
  readonly name: string;
  readonly redirectUris: readonly string[];
  /** Its secret is derived from the id and this number: the next one is another secret. */
  readonly secretGeneration: number;
  /** Until when the secret before is accepted too; null when it is not. */
  readonly previousSecretUntil: Date | null;
  /** Whether people may let it administer this organization for them. */
  readonly adminApi: boolean;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
}

export interface OAuthClientChange {
  readonly id: string;
  readonly requestId?: string | undefined;
}

/** A client has time to get its new secret. */
const OVERLAP_MS = OAUTH_LIMITS.secretOverlap.value * 3_600_000;

/** The list is whole, so it is bounded. */
const CLIENTS_MAX = ACCOUNT_LIMITS.oauthClients.value;

/** Newest first, disabled ones too. The list is whole. */
export async function listOAuthClients(tx: Tx): Promise<readonly OAuthClient[]> {
  const rows = await tx.prisma.oAuthClient.findMany({ where: tx.scope, orderBy: NEWEST_FIRST });
  return rows.map(toClient);
}

/** @throws AppError `oauth.client_not_found` */
export async function getOAuthClient(tx: Tx, id: string): Promise<OAuthClient> {
  const row = await tx.prisma.oAuthClient.findUnique({ where: { organizationId_id: { ...tx.scope, id } } });
  if (row === null) throw new AppError('oauth.client_not_found');
  return toClient(row);
}

/** @throws AppError `oauth.too_many_clients` */
export async function createOAuthClient(
  tx: Tx,
  actor: Actor,
  input: {
    readonly name: string;
    readonly redirectUris: readonly string[];
    readonly adminApi?: boolean | undefined;
    readonly requestId?: string | undefined;
  },
): Promise<OAuthClient> {
  const lock = `oauth clients of ${tx.scope.organizationId}`;
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text', [lock]);
  const active = await tx.prisma.oAuthClient.count({ where: { ...tx.scope, disabledAt: null } });
  if (active >= CLIENTS_MAX) throw new AppError('oauth.too_many_clients');
  const { name, redirectUris, adminApi = false, requestId } = input;
  const row = await tx.prisma.oAuthClient.create({
    data: {
      ...tx.scope,
      id: newId('oauthClient'),
      name,
      redirectUris: [...redirectUris],
      adminApi,
      createdBy: { ...actor },
    },
  });
  const target = { type: 'oauth_client', id: row.id };
  await record(tx, {
    actor,
    action: 'oauth_client.created',
    target,
    after: { name, redirectUris, adminApi },
    requestId,
  });
  return toClient(row);
}

/**
 * Another secret. The one before is accepted for a day more, or refused at once.
 *
 * @throws AppError `oauth.client_not_found`
 */
export async function rotateOAuthClientSecret(
  tx: Tx,
  actor: Actor,
  change: OAuthClientChange & { readonly keepPrevious: boolean },
): Promise<OAuthClient> {
  const { id, requestId, keepPrevious } = change;
  const previousSecretUntil = keepPrevious ? new Date(Date.now() + OVERLAP_MS) : null;
  const { count } = await tx.prisma.oAuthClient.updateMany({
    where: { ...tx.scope, id, disabledAt: null },
    data: { secretGeneration: { increment: 1 }, previousSecretUntil },
  });
  if (count === 0) throw new AppError('oauth.client_not_found');
  const target = { type: 'oauth_client', id };
  await record(tx, { actor, action: 'oauth_client.secret_rotated', target, after: { previousSecretUntil }, requestId });
  return getOAuthClient(tx, id);
}

/**
 * Refused from now on, with every grant it was given. Disabling twice has no effect.
 *
 * @throws AppError `oauth.client_not_found`
 */
export async function disableOAuthClient(tx: Tx, actor: Actor, change: OAuthClientChange): Promise<OAuthClient> {
  const { id, requestId } = change;
  const client = await getOAuthClient(tx, id);
  if (client.disabledAt !== null) return client;
  await tx.prisma.oAuthClient.updateMany({ where: { ...tx.scope, id }, data: { disabledAt: new Date() } });
  await tx.prisma.grant.updateMany({
    where: { ...tx.scope, clientId: id, endedAt: null },
    data: { endedAt: new Date(), endedBecause: 'client_disabled' },
  });
  await record(tx, { actor, action: 'oauth_client.disabled', target: { type: 'oauth_client', id }, requestId });
  return getOAuthClient(tx, id);
}

/** By `client_id` alone; null for a disabled one and for every other text. */
export async function findOAuthClient(
  database: Database,
  id: string,
): Promise<(OAuthClient & { readonly organizationId: string }) | null> {
  if (!isId('oauthClient', id)) return null;
  const scope = await database.lookups.findOAuthClient(id);
  if (scope === null) return null;
  const client = await database.withOrganization(scope, (tx) => getOAuthClient(tx, id));
  return { ...client, organizationId: scope.organizationId };
}

function toClient(row: OAuthClientRow): OAuthClient {
  const { id, name, redirectUris, secretGeneration, previousSecretUntil, adminApi, createdAt, disabledAt } = row;
  return { id, name, redirectUris, secretGeneration, previousSecretUntil, adminApi, createdAt, disabledAt };
}
