import { AppError } from '@patchbay/foundation';
import { emitChange } from '../changes/index.ts';
import type { Tx } from '../database/index.ts';
import { type Connection, toConnection } from './connection.ts';

/** A connection with the connectors that it serves. */
export interface ListedConnection extends Connection {
  readonly connectorIds: readonly string[];
}

/** At most this many in a list; a person has a handful. */
const LISTED_MAX = 1_000;

/** Connections that have not ended, newest first: of one person with those of the organization, or of all members. */
export async function listConnections(
  tx: Tx,
  { personId }: { readonly personId: string | null },
): Promise<readonly ListedConnection[]> {
  const whose = personId === null ? {} : { OR: [{ personId }, { personId: null }] };
  const rows = await tx.prisma.connection.findMany({
    where: { ...tx.scope, ...whose, NOT: { status: 'ended' } },
    omit: { credential: true },
    include: { confirmations: { select: { connectorId: true } } },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: LISTED_MAX,
  });
  return rows.map((row) => ({
    ...toConnection(row),
    connectorIds: row.confirmations.map(({ connectorId }) => connectorId),
  }));
}

/** @throws AppError `connections.not_found` */
export async function getConnection(tx: Tx, id: string): Promise<Connection> {
  const row = await tx.prisma.connection.findUnique({
    where: { organizationId_id: { ...tx.scope, id } },
    omit: { credential: true },
  });
  if (row === null) throw new AppError('connections.not_found');
  return toConnection(row);
}

/** The connection that calls use among several of its owner at the provider. @throws AppError `connections.not_found` */
export async function setDefaultConnection(tx: Tx, id: string): Promise<void> {
  const { provider, owner, status } = await getConnection(tx, id);
  if (status === 'ended') throw new AppError('connections.not_found');
  const personId = owner.kind === 'person' ? owner.personId : null;
  await tx.prisma.connection.updateMany({ where: { ...tx.scope, provider, personId }, data: { isDefault: false } });
  await tx.prisma.connection.update({
    where: { organizationId_id: { ...tx.scope, id } },
    data: { isDefault: true, updatedAt: new Date() },
  });
  await emitChange(tx, { kind: 'connection', id });
}
