import { AppError, newId } from '@patchbay/foundation';
import type { Vault } from '@patchbay/vault';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import type { Tx } from '../database/index.ts';
import { type Connection, type ConnectionOwner, ownerColumns, toConnection } from './connection.ts';
import { type Credential, sealCredential } from './credential.ts';
import { planRefresh } from './decide-refresh.ts';
import { endWhere } from './end-connection.ts';

export interface NewConnection {
  readonly provider: string;
  readonly owner: ConnectionOwner;
  readonly credential: Credential;
  /** The account by an id that never changes at the provider, and as people recognise it. */
  readonly account: { readonly id: string; readonly label: string };
  readonly host: string | null;
  readonly scopes: readonly string[];
  /** When the provider ends it, however often it is refreshed. */
  readonly endsAt: Date | null;
  /** The provider ends what is unused for so many days; null where it states none. */
  readonly idleDays: number | null;
  /** The connection to be renewed. */
  readonly connectionId: string | null;
  /** The connectors that the person confirmed. */
  readonly connectorIds: readonly string[];
}

interface Change {
  readonly actor: Actor & { readonly kind: 'person' };
  readonly requestId?: string | undefined;
}

/**
 * Stores a credential that was proved: for the account's present connection, or as a new one. Another account never
 * replaces the one before, and inherits none of its confirmations.
 *
 * @throws AppError `connections.other_account` when another connection than the account's was to be renewed
 */
export async function saveConnection(
  tx: Tx,
  vault: Vault,
  { actor, requestId }: Change,
  input: NewConnection,
): Promise<Connection> {
  const { provider, owner, credential, account, host, connectorIds } = input;
  const mine = { ...tx.scope, provider, ...ownerColumns(owner) };
  await lockOwner(tx, provider, owner);
  const found = await tx.prisma.connection.findFirst({
    where: { ...mine, accountId: account.id, host, NOT: { status: 'ended' } },
  });
  // A key where there were tokens, or the reverse, is another connection to the same account.
  const present = found?.kind === credential.kind ? found : null;
  if (found !== null && present === null) await endWhere(tx, { id: found.id }, 'replaced');
  if (input.connectionId !== null && present?.id !== input.connectionId) {
    throw new AppError('connections.other_account', { data: { account: account.label } });
  }
  const id = present?.id ?? newId('connection');
  const { expiresAt, refreshAt } = timesOf(credential, input.idleDays);
  const stored = {
    accountLabel: account.label,
    scopes: [...input.scopes],
    status: 'active',
    statusReason: null,
    credential: await sealCredential(tx, vault, id, credential),
    expiresAt,
    refreshAt,
    refreshFailures: 0,
    // A request with the tokens before proves nothing about these.
    refreshStartedAt: null,
    lastUnauthorizedAt: null,
    endsAt: input.endsAt,
    updatedAt: new Date(),
  };
  if (present === null) {
    const isFirst = (await tx.prisma.connection.count({ where: { ...mine, isDefault: true } })) === 0;
    const fixed = { id, kind: credential.kind, accountId: account.id, host, isDefault: isFirst };
    await tx.prisma.connection.create({ data: { ...mine, ...fixed, ...stored } });
  } else {
    await tx.prisma.connection.update({
      where: { organizationId_id: { ...tx.scope, id } },
      data: { ...stored, credentialRevision: { increment: 1 } },
    });
  }
  for (const connectorId of connectorIds) await confirm(tx, { id, connectorId, personId: actor.personId, ...input });
  await emitChange(tx, { kind: 'connection', id });
  await record(tx, {
    actor,
    requestId,
    action: present === null ? 'connection.created' : 'connection.renewed',
    target: { type: 'connection', id },
    after: { provider, account: account.label, scopes: input.scopes, owner: owner.kind, connectorIds },
  });
  return toConnection(
    await tx.prisma.connection.findUniqueOrThrow({ where: { organizationId_id: { ...tx.scope, id } } }),
  );
}

/**
 * Lets a connection serve a connector, with at most these scopes.
 *
 * @throws AppError `connections.not_found` for one that is not the person's
 */
export async function confirmConnection(
  tx: Tx,
  { actor, requestId }: Change,
  input: { readonly connectionId: string; readonly connectorId: string; readonly scopes: readonly string[] },
): Promise<void> {
  const { connectionId: id, connectorId, scopes } = input;
  const row = await tx.prisma.connection.findUnique({ where: { organizationId_id: { ...tx.scope, id } } });
  const isTheirs = row !== null && row.status !== 'ended' && (row.personId === null || row.personId === actor.personId);
  if (!isTheirs) throw new AppError('connections.not_found');
  await confirm(tx, { id, connectorId, personId: actor.personId, scopes });
  await emitChange(tx, { kind: 'connection', id });
  await record(tx, {
    actor,
    requestId,
    action: 'connection.confirmed',
    target: { type: 'connection', id },
    after: { connectorId, scopes },
  });
}

async function confirm(
  tx: Tx,
  input: {
    readonly id: string;
    readonly connectorId: string;
    readonly personId: string;
    readonly scopes: readonly string[];
  },
): Promise<void> {
  const key = { ...tx.scope, connectionId: input.id, connectorId: input.connectorId };
  const confirmed = { scopes: [...input.scopes], confirmedBy: input.personId, confirmedAt: new Date() };
  await tx.prisma.connectionConfirmation.upsert({
    where: { organizationId_connectionId_connectorId: key },
    create: { ...key, ...confirmed },
    update: confirmed,
  });
}

function timesOf(credential: Credential, idleDays: number | null): { expiresAt: Date | null; refreshAt: Date | null } {
  if (credential.kind !== 'oauth2') return { expiresAt: null, refreshAt: null };
  const { expiresAt, refreshToken } = credential;
  const about = { expiresAt, idleDays, hasRefreshToken: refreshToken !== null };
  return { expiresAt, refreshAt: planRefresh(about, new Date(), Math.random()) };
}

/** Two attempts of one person for one provider come one after the other. */
async function lockOwner(tx: Tx, provider: string, owner: ConnectionOwner): Promise<void> {
  const whose = owner.kind === 'person' ? owner.personId : 'organization';
  const key = `connections of ${tx.scope.organizationId} ${provider} ${whose}`;
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text', [key]);
}
