import type { Page, PageRequest } from '@patchbay/foundation';
import { earlierThan, type Tx, toPage } from '../database/index.ts';
import type { UsageEvent } from './usage-event.ts';
import { toUsageEvent } from './usage-rows.ts';

/** Newest first. */
export async function listUsage(
  tx: Tx,
  filter: { readonly connectorId?: string | undefined },
  page: PageRequest,
): Promise<Page<UsageEvent>> {
  const rows = await tx.prisma.usageEvent.findMany({
    where: {
      ...tx.scope,
      ...(filter.connectorId === undefined ? {} : { connectorId: filter.connectorId }),
      ...earlierThan(page.cursor),
    },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
  });
  return toPage(rows, page.limit, toUsageEvent, (row) => ({ at: row.at, id: row.id }));
}
