import type { Page, PageRequest } from '@patchbay/foundation';
import type { Tx } from '../database/index.ts';
import type { UsageEvent } from './usage-event.ts';

/** Newest first. */
export declare function listUsage(
  tx: Tx,
  filter: { readonly connectorId?: string },
  page: PageRequest,
): Promise<Page<UsageEvent>>;
