import type { DataKeyStore } from '@patchbay/vault';
import type { Tx } from '../database/index.ts';

/** The organization's wrapped data key, in its row. */
export function dataKeyStore(tx: Tx): DataKeyStore {
  return {
    async find() {
      const row = await tx.prisma.dataKey.findUnique({ where: tx.scope });
      return row?.wrapped ?? null;
    },
    async insert(wrapped) {
      // The second of two creators takes the first one's key.
      await tx.query('INSERT INTO app.data_keys (organization_id, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        tx.scope.organizationId,
        wrapped,
      ]);
      return (await tx.prisma.dataKey.findUniqueOrThrow({ where: tx.scope })).wrapped;
    },
  };
}
