import { AppError } from '@patchbay/foundation';
import type { Vault } from '@patchbay/vault';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import type { Tx } from '../database/index.ts';
import { type Connection, toConnection } from './connection.ts';
import { type Credential, openCredential } from './credential.ts';

/** Why a connection ended, in addition to `member_removed` of the trigger. */
type ConnectionEnd = 'disconnected' | 'replaced' | 'provider_changed' | 'provider_deleted';

export interface EndedConnection {
  readonly connection: Connection;
  /** To be revoked at the provider; null where it could not be opened. */
  readonly credential: Credential | null;
}

/**
 * Ends a connection: no call gets its credential any more, and the row keeps none. Ending an ended one changes nothing.
 *
 * @throws AppError `connections.not_found`
 */
export async function endConnection(
  tx: Tx,
  vault: Vault,
  { actor, requestId }: { readonly actor: Actor; readonly requestId?: string | undefined },
  id: string,
): Promise<EndedConnection> {
  await tx.query('SELECT 1 FROM app.connections WHERE organization_id = $1 AND id = $2 FOR UPDATE', [
    tx.scope.organizationId,
    id,
  ]);
  const row = await tx.prisma.connection.findUnique({ where: { organizationId_id: { ...tx.scope, id } } });
  if (row === null) throw new AppError('connections.not_found');
  const connection = toConnection(row);
  if (row.credential === null) return { connection, credential: null };
  // A credential that does not open must not keep a person from ending it.
  const credential = await openCredential(tx, vault, id, row.credential).catch(() => null);
  await endWhere(tx, { id }, 'disconnected');
  await record(tx, {
    actor,
    requestId,
    action: 'connection.ended',
    target: { type: 'connection', id },
    before: { provider: row.provider, account: row.accountLabel, personId: row.personId },
  });
  return { connection, credential };
}

/** Ends every connection that is found, with its credential. Returns their number. */
export async function endWhere(
  tx: Tx,
  where: { readonly id: string } | { readonly provider: string },
  reason: ConnectionEnd,
): Promise<number> {
  const found = await tx.prisma.connection.findMany({
    where: { ...tx.scope, ...where, NOT: { status: 'ended' } },
    select: { id: true },
  });
  const now = new Date();
  await tx.prisma.connection.updateMany({
    where: { ...tx.scope, id: { in: found.map(({ id }) => id) } },
    data: {
      status: 'ended',
      credential: null,
      isDefault: false,
      refreshAt: null,
      refreshStartedAt: null,
      statusReason: reason,
      updatedAt: now,
      endedAt: now,
    },
  });
  for (const { id } of found) await emitChange(tx, { kind: 'connection', id });
  return found.length;
}
