import type { Clock, Logger } from '@patchbay/foundation';
import type { Change } from './change.ts';

export interface ChangeFeedOptions {
  /** Direct connection string (never a transaction pooler) of a role that may call `read_changes`. */
  readonly url: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly heartbeatMs?: number;
  readonly pollMs?: number;
  readonly staleAfterMs?: number;
}

export interface ChangeFeedHealth {
  readonly connected: boolean;
  /** Since the feed was last known to be complete. */
  readonly staleMs: number;
}

/** Follows committed changes of every organization; what caches with security meaning hang on. */
export interface ChangeFeed {
  /** Resolves when the feed listens and has read the present position. Keeps trying when the database is away. */
  start(): Promise<void>;
  /** Called once per change. Returns the way to stop. */
  onChange(listener: (change: Change) => void): () => void;
  /** Called when changes may have been missed: everything read before is doubtful. */
  onStale(listener: () => void): () => void;
  /** Grows by one each time everything became doubtful. */
  readonly epoch: number;
  /** @throws AppError `data.stale` when nothing has confirmed the feed for 30 s. */
  assertFresh(): void;
  health(): ChangeFeedHealth;
  close(): Promise<void>;
}

export declare function createChangeFeed(options: ChangeFeedOptions): ChangeFeed;
