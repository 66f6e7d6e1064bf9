import type { Database } from '@patchbay/domain';
import { recordLeftChanges } from '@patchbay/domain/audit';
import type { Logger } from '@patchbay/foundation';

export interface RecordDeps {
  readonly database: Database;
  readonly logger: Logger;
}

/** Records changes of people by a gateway that died before it could record them. */
export async function recordIdentityChanges({ database, logger }: RecordDeps): Promise<void> {
  const recorded = await recordLeftChanges(database);
  if (recorded > 0) logger.warn({ recorded }, 'recorded changes of people that their gateway had not');
}
