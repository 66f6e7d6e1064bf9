import { LRUCache } from 'lru-cache';
import type { Change } from './change.ts';
import type { ChangeFeed } from './change-feed.ts';

export interface RevisionedCacheOptions<Value> {
  readonly feed: ChangeFeed;
  readonly entriesMax: number;
  /**
   * Which changes make a loaded value doubtful. For "there is none", say `any`: any change may bring it to life. Such
   * answers have a small room of their own, so that strangers' guesses push nothing out.
   */
  dependsOn(value: Value): readonly Change[] | 'any';
}

/** The one base of every cache that security depends on: follows the feed, and re-reads whatever may have changed. */
export interface RevisionedCache<Value> {
  /** The value under the key, loaded at most once at a time. @throws AppError `data.stale` */
  get(key: string, load: () => Promise<Value>): Promise<Value>;
  /** Hits and misses since start, for metrics. */
  statistics(): { readonly hits: number; readonly misses: number; readonly entries: number };
  close(): void;
}

interface Entry<Value> {
  readonly value: Value;
  readonly tags: readonly string[];
}

/** One load. What is heard meanwhile decides whether its answer may be kept: it may be from before. */
interface Flight<Value> {
  readonly result: Promise<Value>;
  readonly heard: Set<string>;
  isDoubtful: boolean;
}

const ABSENT_MAX = 1_000;

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
      // Nothing that is cached hangs on the audit log.
      if (kind === 'audit_event') return;
      forget(`${kind}:${id}`);
      absent.clear();
      for (const flight of inFlight) flight.heard.add(`${kind}:${id}`);
      // Whoever asks from now on must see this change: nobody joins an earlier load.
      joinable.clear();
    }),
    feed.onStale(() => {
      entries.clear();
      absent.clear();
      for (const flight of inFlight) flight.isDoubtful = true;
      joinable.clear();
    }),
  ];

  function keep(key: string, value: Value, flight: Flight<Value>): void {
    // Without a line nobody would tell us of the next change.
    if (flight.isDoubtful || !feed.health().connected) return;
    const depends = options.dependsOn(value);
    if (depends === 'any') {
      if (flight.heard.size === 0) absent.set(key, { value });
      return;
    }
    const tags = depends.map(({ kind, id }) => `${kind}:${id}`);
    if (tags.some((tag) => flight.heard.has(tag))) return;
    entries.set(key, { value, tags });
    for (const tag of tags) {
      const keys = keysByTag.get(tag);
      if (keys === undefined) keysByTag.set(tag, new Set([key]));
      else keys.add(key);
    }
  }

  async function fly(key: string, load: () => Promise<Value>): Promise<Value> {
    const flight: Flight<Value> = { result: load(), heard: new Set(), isDoubtful: false };
    joinable.set(key, flight);
    inFlight.add(flight);
    try {
      const value = await flight.result;
      keep(key, value, flight);
      return value;
    } finally {
      inFlight.delete(flight);
      if (joinable.get(key) === flight) joinable.delete(key);
    }
  }

  return {
    async get(key, load) {
      feed.assertFresh();
      const entry = entries.get(key) ?? absent.get(key);
      if (entry !== undefined) {
        hits += 1;
        return entry.value;
      }
      misses += 1;
      return joinable.get(key)?.result ?? fly(key, load);
    },
    statistics: () => ({ hits, misses, entries: entries.size + absent.size }),
    close() {
      for (const stop of unsubscribe) stop();
      entries.clear();
      absent.clear();
    },
  };
}
