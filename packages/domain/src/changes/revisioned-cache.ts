import type { Change } from './change.ts';
import type { ChangeFeed } from './change-feed.ts';

export interface RevisionedCacheOptions<Value> {
  readonly feed: ChangeFeed;
  readonly entriesMax: number;
  /** Which changes make a loaded value doubtful. A value of null (not there) depends on every change unless it says so. */
  dependsOn(value: Value): readonly Change[];
}

/** The one base of every cache that security depends on: follows the feed, and re-reads whatever may have changed. */
export interface RevisionedCache<Value> {
  /** The value under the key, loaded at most once at a time. @throws AppError `data.stale` */
  get(key: string, load: () => Promise<Value>): Promise<Value>;
  /** Hits and misses since start, for metrics. */
  statistics(): { readonly hits: number; readonly misses: number; readonly entries: number };
  close(): void;
}

export declare function createRevisionedCache<Value>(options: RevisionedCacheOptions<Value>): RevisionedCache<Value>;
