import { AppError } from '@patchbay/foundation';
import type { Tx } from '../database/index.ts';

/**
 * Gives the slug to the connector permanently: a URL is never reassigned. A connector may take back a slug it had
 * before.
 *
 * @throws AppError `connectors.slug_taken`, `connectors.slug_retired`
 */
export async function claimSlug(tx: Tx, connectorId: string, slug: string): Promise<void> {
  const { organizationId } = tx.scope;
  // Waits for a transaction that claims the same slug, so that exactly one of two gets it.
  await tx.query(
    'INSERT INTO app.connector_slugs (organization_id, slug, connector_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [organizationId, slug, connectorId],
  );
  const owner = await tx.prisma.connectorSlug.findUniqueOrThrow({
    where: { organizationId_slug: { ...tx.scope, slug } },
  });
  if (owner.connectorId === connectorId) return;
  const holder = await tx.prisma.connector.findUnique({
    where: { organizationId_slug: { ...tx.scope, slug } },
    select: { deletedAt: true },
  });
  const isInUse = holder !== null && holder.deletedAt === null;
  throw new AppError(isInUse ? 'connectors.slug_taken' : 'connectors.slug_retired', { data: { slug } });
}
