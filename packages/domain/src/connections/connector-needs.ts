import { type DeclaredConnection, declaredConnections, isJsonObject } from '@patchbay/mcp';
import type { Tx } from '../database/index.ts';

/** A connector with the accounts that its live version declares. */
export interface ConnectorNeeds {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly connections: readonly DeclaredConnection[];
}

/** Those of these connectors that are live; an id that the organization does not have is left out. */
export async function connectorNeeds(tx: Tx, connectorIds: readonly string[]): Promise<readonly ConnectorNeeds[]> {
  const rows = await tx.prisma.connector.findMany({
    where: { ...tx.scope, id: { in: [...connectorIds] }, deletedAt: null },
    include: { liveDeployment: { include: { version: { select: { manifest: true } } } } },
    orderBy: { slug: 'asc' },
  });
  return rows.flatMap(({ id, slug, name, liveDeployment }) => {
    const manifest = liveDeployment?.version.manifest;
    return isJsonObject(manifest) ? [{ id, slug, name, connections: declaredConnections(manifest) }] : [];
  });
}
