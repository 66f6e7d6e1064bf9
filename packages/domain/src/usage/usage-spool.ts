import type { Logger } from '@patchbay/foundation';
import type { Database } from '../database/index.ts';
import type { UsageEvent } from './usage-event.ts';

export interface UsageSpoolOptions {
  /** Directory of this installation's gateways; each process writes files of its own. */
  readonly directory: string;
  readonly database: Database;
  readonly logger?: Logger;
  /** Between two shipments. */
  readonly shipIntervalMs?: number;
  /** Disk the spool may take before events are dropped and counted. */
  readonly bytesMax?: number;
}

export interface UsageSpool {
  /** Resolves when the event is in the kernel (one `write(2)` per batch): a killed process loses none of them. Never rejects. */
  append(event: UsageEvent): Promise<void>;
  /** Sends everything written so far to the database; events that are there already are left alone. */
  ship(): Promise<void>;
  statistics(): { readonly appended: number; readonly shipped: number; readonly dropped: number };
  close(): Promise<void>;
}

/** Opens the spool and takes over what dead processes left in the directory. */
export declare function openUsageSpool(options: UsageSpoolOptions): Promise<UsageSpool>;
