import { AppError, within } from '@patchbay/foundation';
import { LRUCache } from 'lru-cache';
import { CHANGE_RULES, type Change } from './change.ts';
import type { ChangeFeed } from './change-feed.ts';

export interface RevisionedCacheOptions<Value> {
  readonly feed: Pick<ChangeFeed, 'onChange' | 'onStale' | 'epoch' | 'health' | 'assertFresh'>;
  readonly entriesMax: number;
  /**
   * The changes that make a loaded value doubtful. For "not found", use `any`: any change may create it. Such answers
   * have a small partition of their own, so that guesses of strangers evict nothing.
   */
  dependsOn(value: Value): readonly Change[] | 'any';
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
  readonly received: Set<string>;
  isDoubtful: boolean;
}

const ABSENT_MAX = 1_000;
const DOUBTFUL = -1;
/** How long a doubtful value waits for its confirmation before a silent database counts as away. */
const CONFIRM_WITHIN_MS = 1_000;

/**
 * The base of every cache that security depends on: follows the feed, and re-reads values that may have changed. A
 * value from before the connection broke is doubtful and is read again before use. It serves on only when that read
 * finds no database, and only until the feed gives up (30 s): a restart of the database interrupts no call, and revoked
 * access does not survive it.
 */
export class RevisionedCache<Value> {
  readonly #options: RevisionedCacheOptions<Value>;
  readonly #entries: LRUCache<string, Entry<Value>>;
  readonly #absent = new LRUCache<string, { readonly value: Value }>({ max: ABSENT_MAX });
  readonly #keysByTag = new Map<string, Set<string>>();
  readonly #joinable = new Map<string, Flight<Value>>();
  readonly #inFlight = new Set<Flight<Value>>();
  readonly #unsubscribe: readonly (() => void)[];
  #hits = 0;
  #misses = 0;

  constructor(options: RevisionedCacheOptions<Value>) {
    this.#options = options;
    this.#entries = new LRUCache({
      max: options.entriesMax,
      dispose: ({ tags }, key) => this.#untag(tags, key),
    });
    this.#unsubscribe = [
      options.feed.onChange((change) => this.#onChange(change)),
      options.feed.onStale(() => this.#onStale()),
    ];
  }

  /** The value under the key, loaded at most once at a time. @throws AppError `data.stale`, `data.unavailable` */
  async get(key: string, load: () => Promise<Value>): Promise<Value> {
    const { feed } = this.#options;
    feed.assertFresh();
    const entry = this.#entries.get(key);
    const known = entry?.epoch === feed.epoch ? entry : this.#absent.get(key);
    if (known !== undefined) {
      this.#hits += 1;
      return known.value;
    }
    this.#misses += 1;
    const flight = this.#joinable.get(key) ?? this.#fly(key, load);
    return entry === undefined ? flight.result : this.#confirm(key, entry, flight);
  }

  /** As `get`, and never from memory: for a reader who knows of a change before its news. */
  getAgain(key: string, load: () => Promise<Value>): Promise<Value> {
    this.#entries.delete(key);
    this.#absent.delete(key);
    this.#joinable.delete(key);
    return this.get(key, load);
  }

  /** Hits and misses since start, for metrics. */
  statistics(): { readonly hits: number; readonly misses: number; readonly entries: number } {
    return { hits: this.#hits, misses: this.#misses, entries: this.#entries.size + this.#absent.size };
  }

  close(): void {
    for (const stop of this.#unsubscribe) stop();
    this.#entries.clear();
    this.#absent.clear();
  }

  #onChange({ kind, id }: Change): void {
    if (!CHANGE_RULES[kind].cached) return;
    const tag = `${kind}:${id}`;
    for (const key of [...(this.#keysByTag.get(tag) ?? [])]) this.#entries.delete(key);
    this.#absent.clear();
    for (const flight of this.#inFlight) flight.received.add(tag);
    // Later readers must see this change: they do not join an earlier load.
    this.#joinable.clear();
  }

  #onStale(): void {
    this.#absent.clear();
    for (const flight of this.#inFlight) flight.isDoubtful = true;
    this.#joinable.clear();
  }

  #untag(tags: readonly string[], key: string): void {
    for (const tag of tags) {
      const keys = this.#keysByTag.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysByTag.delete(tag);
    }
  }

  #keep(key: string, value: Value, flight: Flight<Value>): void {
    const { feed } = this.#options;
    // Without a connection the next change would not arrive.
    const isFollowed = !flight.isDoubtful && feed.health().connected;
    // The last one of several reads without a connection is the most recent.
    if (!isFollowed && this.#joinable.get(key) !== flight) return;
    const depends = this.#options.dependsOn(value);
    if (depends === 'any') {
      this.#entries.delete(key);
      if (isFollowed && flight.received.size === 0) this.#absent.set(key, { value });
      return;
    }
    const tags = depends.map(({ kind, id }) => `${kind}:${id}`);
    if (tags.some((tag) => flight.received.has(tag))) return;
    this.#entries.set(key, { value, tags, epoch: isFollowed ? feed.epoch : DOUBTFUL });
    for (const tag of tags) {
      const keys = this.#keysByTag.get(tag);
      if (keys === undefined) this.#keysByTag.set(tag, new Set([key]));
      else keys.add(key);
    }
  }

  #fly(key: string, load: () => Promise<Value>): Flight<Value> {
    const settle = async (loading: Promise<Value>): Promise<Value> => {
      try {
        const value = await loading;
        this.#keep(key, value, flight);
        return value;
      } finally {
        this.#inFlight.delete(flight);
        if (this.#joinable.get(key) === flight) this.#joinable.delete(key);
      }
    };
    const startedAtMs = performance.now();
    const flight: Flight<Value> = { result: settle(load()), startedAtMs, received: new Set(), isDoubtful: false };
    this.#joinable.set(key, flight);
    this.#inFlight.add(flight);
    return flight;
  }

  async #confirm(key: string, doubtful: Entry<Value>, flight: Flight<Value>): Promise<Value> {
    try {
      return await answerWithin(CONFIRM_WITHIN_MS - (performance.now() - flight.startedAtMs), flight.result);
    } catch (error) {
      const isAway = error instanceof AppError && error.code === 'data.unavailable';
      // A change received meanwhile removed it from the cache.
      if (!isAway || this.#entries.get(key) !== doubtful) throw error;
      this.#options.feed.assertFresh();
      return doubtful.value;
    }
  }
}

/** @throws AppError `data.unavailable` when the work takes longer; the work is not cancelled */
function answerWithin<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  return within(ms, work, () => new AppError('data.unavailable', { retryAfterSeconds: 2 }));
}
