import { AppError, within } from '@patchbay/foundation';
import { LRUCache } from 'lru-cache';
import { CHANGE_RULES, type Change } from './change.ts';
import type { ChangeFeed } from './change-feed.ts';

export interface RevisionedCacheOptions<Value> {
  readonly feed: ChangeFeed;
  readonly entriesMax: number;
  /**
   * The changes that make a loaded value doubtful. For "not found", use `any`: any change may create it. Such answers
   * have a small partition of their own, so that guesses of strangers evict nothing.
   */
  dependsOn(value: Value): readonly Change[] | 'any';
}

/**
 * The base of every cache that security depends on: follows the feed, and re-reads values that may have changed. A
 * value from before the connection broke is doubtful and is read again before use. It serves on only when that read
 * finds no database, and only until the feed gives up (30 s): a restart of the database interrupts no call, and revoked
 * access does not survive it.
 */
export interface RevisionedCache<Value> {
  /** The value under the key, loaded at most once at a time. @throws AppError `data.stale`, `data.unavailable` */
  get(key: string, load: () => Promise<Value>): Promise<Value>;
  /** Hits and misses since start, for metrics. */
  statistics(): { readonly hits: number; readonly misses: number; readonly entries: number };
  close(): void;
}

interface Entry<Value> {
  readonly value: Value;
  readonly tags: readonly string[];
  /** The feed's epoch in which it was true; `DOUBTFUL` without a connection. */
  readonly epoch: number;
}

/** One load. Changes received meanwhile decide whether its answer may be kept, because it may be older. */
interface Flight<Value> {
  readonly result: Promise<Value>;
  readonly startedAtMs: number;
  readonly heard: Set<string>;
  isDoubtful: boolean;
}

const ABSENT_MAX = 1_000;
const DOUBTFUL = -1;
/** How long a doubtful value waits for its confirmation before a silent database counts as away. */
const CONFIRM_WITHIN_MS = 1_000;

export function createRevisionedCache<Value>(options: RevisionedCacheOptions<Value>): RevisionedCache<Value> {
  const { feed } = options;
  const keysByTag = new Map<string, Set<string>>();
  const joinable = new Map<string, Flight<Value>>();
  const inFlight = new Set<Flight<Value>>();
  let hits = 0;
  let misses = 0;

  const entries = new LRUCache<string, Entry<Value>>({
    max: options.entriesMax,
    dispose: (entry, key) => {
      for (const tag of entry.tags) {
        const keys = keysByTag.get(tag);
        keys?.delete(key);
        if (keys?.size === 0) keysByTag.delete(tag);
      }
    },
  });

  const absent = new LRUCache<string, { readonly value: Value }>({ max: ABSENT_MAX });

  const forget = (tag: string) => {
    for (const key of [...(keysByTag.get(tag) ?? [])]) entries.delete(key);
  };
  const unsubscribe = [
    feed.onChange(({ kind, id }) => {
      if (!CHANGE_RULES[kind].cached) return;
      forget(`${kind}:${id}`);
      absent.clear();
      for (const flight of inFlight) flight.heard.add(`${kind}:${id}`);
      // Later readers must see this change: they do not join an earlier load.
      joinable.clear();
    }),
    feed.onStale(() => {
      absent.clear();
      for (const flight of inFlight) flight.isDoubtful = true;
      joinable.clear();
    }),
  ];

  function keep(key: string, value: Value, flight: Flight<Value>): void {
    // Without a connection the next change would not arrive.
    const isFollowed = !flight.isDoubtful && feed.health().connected;
    // The last one of several reads without a connection is the most recent.
    if (!isFollowed && joinable.get(key) !== flight) return;
    const depends = options.dependsOn(value);
    if (depends === 'any') {
      entries.delete(key);
      if (isFollowed && flight.heard.size === 0) absent.set(key, { value });
      return;
    }
    const tags = depends.map(({ kind, id }) => `${kind}:${id}`);
    if (tags.some((tag) => flight.heard.has(tag))) return;
    entries.set(key, { value, tags, epoch: isFollowed ? feed.epoch : DOUBTFUL });
    for (const tag of tags) {
      const keys = keysByTag.get(tag);
      if (keys === undefined) keysByTag.set(tag, new Set([key]));
      else keys.add(key);
    }
  }

  function fly(key: string, load: () => Promise<Value>): Flight<Value> {
    const settle = async (loading: Promise<Value>): Promise<Value> => {
      try {
        const value = await loading;
        keep(key, value, flight);
        return value;
      } finally {
        inFlight.delete(flight);
        if (joinable.get(key) === flight) joinable.delete(key);
      }
    };
    const startedAtMs = performance.now();
    const flight: Flight<Value> = { result: settle(load()), startedAtMs, heard: new Set(), isDoubtful: false };
    joinable.set(key, flight);
    inFlight.add(flight);
    return flight;
  }

  async function confirm(key: string, doubtful: Entry<Value>, flight: Flight<Value>): Promise<Value> {
    try {
      return await answerWithin(CONFIRM_WITHIN_MS - (performance.now() - flight.startedAtMs), flight.result);
    } catch (error) {
      const isAway = error instanceof AppError && error.code === 'data.unavailable';
      // A change received meanwhile removed it from the cache.
      if (!isAway || entries.get(key) !== doubtful) throw error;
      feed.assertFresh();
      return doubtful.value;
    }
  }

  return {
    async get(key, load) {
      feed.assertFresh();
      const entry = entries.get(key);
      const known = entry?.epoch === feed.epoch ? entry : absent.get(key);
      if (known !== undefined) {
        hits += 1;
        return known.value;
      }
      misses += 1;
      const flight = joinable.get(key) ?? fly(key, load);
      return entry === undefined ? flight.result : confirm(key, entry, flight);
    },
    statistics: () => ({ hits, misses, entries: entries.size + absent.size }),
    close() {
      for (const stop of unsubscribe) stop();
      entries.clear();
      absent.clear();
    },
  };
}

/** @throws AppError `data.unavailable` when the work takes longer; the work is not cancelled */
function answerWithin<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  return within(ms, work, () => new AppError('data.unavailable', { retryAfterSeconds: 2 }));
}
