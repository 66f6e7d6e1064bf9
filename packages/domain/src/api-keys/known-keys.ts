import { setTimeout as delay } from 'node:timers/promises';
import { CHANGE_RULES, type ChangeFeed } from '../changes/index.ts';
import type { Lookups } from '../database/index.ts';

const PREFIX_BYTES = 6;
const READ_EVERY_MS = 250;
/** Revoked and expired keys leave with the next complete reading. */
const REFRESH_MS = 6 * 60 * 60_000;

type Feed = Pick<ChangeFeed, 'onChange' | 'epoch' | 'health' | 'relayed'>;

/**
 * The existing keys, in memory: an unknown one is refused without a query, at any rate. The set proves only absence;
 * the permissions of a key are read from its rows. It holds 48 bits of each hash, 39 bytes per key.
 *
 * A new key is never taken for unknown. While the relay is alive, a miss waits until every earlier commit has been
 * published, which takes a fifth of a second and no query. Where that cannot be proved (no relay, no connection),
 * misses share one reading of all keys, at most four a second together.
 */
export class KnownKeys {
  readonly #lookups: Pick<Lookups, 'apiKeyPrefixes'>;
  readonly #feed: Feed;
  readonly #stop: () => void;
  readonly #timer: NodeJS.Timeout;
  #prefixes = new Set<number>();
  /** The feed's epoch in which the set was complete. */
  #completeIn = -1;
  /** Published keys whose hashes are not read yet, and the reading of them. */
  #published = new Set<string>();
  #fetching: Promise<void> | undefined;
  /** The complete reading that runs, and the next, which begins after it. */
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;
  /** Read singly while a complete reading runs, which may have begun before them. */
  #meanwhile: number[] = [];

  constructor(lookups: Pick<Lookups, 'apiKeyPrefixes'>, feed: Feed) {
    this.#lookups = lookups;
    this.#feed = feed;
    this.#stop = feed.onChange(({ kind, id }) => {
      if (CHANGE_RULES[kind].newKey) this.#onPublished(id);
    });
    this.#timer = setInterval(() => this.#refresh().catch(() => {}), REFRESH_MS).unref();
  }

  get size(): number {
    return this.#prefixes.size;
  }

  /**
   * Whether the hash may be a key's; false is certain.
   *
   * @throws AppError `data.unavailable` when only the database can decide and does not answer
   */
  async has(hash: Uint8Array): Promise<boolean> {
    const prefix = prefixOf(hash);
    if (this.#prefixes.has(prefix)) return true;
    const isProved = this.#isCurrent() && (await this.#feed.relayed()) && this.#isCurrent();
    if (!isProved) await this.#refresh();
    await this.#fetching;
    // The reading of a published key failed.
    if (isProved && !this.#isCurrent()) await this.#refresh();
    return this.#prefixes.has(prefix);
  }

  /**
   * Whether the hash may be a key's as far as this process remembers, without waiting for anything: a key that was made a
   * moment ago may be missing. True for every hash before the keys were read for the first time.
   */
  remembers(hash: Uint8Array): boolean {
    return this.#readAtMs === Number.NEGATIVE_INFINITY || this.#prefixes.has(prefixOf(hash));
  }

  close(): void {
    this.#stop();
    clearInterval(this.#timer);
  }

  #isCurrent(): boolean {
    return this.#completeIn === this.#feed.epoch;
  }

  #onPublished(id: string): void {
    this.#published.add(id);
    this.#fetching ??= this.#fetchPublished().finally(() => {
      this.#fetching = undefined;
    });
  }

  async #fetchPublished(): Promise<void> {
    while (this.#published.size > 0) {
      const ids = [...this.#published];
      this.#published = new Set();
      try {
        for (const prefix of prefixesOf(await this.#lookups.apiKeyPrefixes(ids))) {
          this.#prefixes.add(prefix);
          this.#meanwhile.push(prefix);
        }
      } catch {
        // The next miss reads everything.
        this.#completeIn = -1;
      }
    }
  }

  async #readAll(): Promise<void> {
    const { epoch } = this.#feed;
    this.#meanwhile = [];
    const read = new Set(prefixesOf(await this.#lookups.apiKeyPrefixes(null)));
    for (const prefix of this.#meanwhile) read.add(prefix);
    this.#prefixes = read;
    this.#completeIn = this.#feed.health().connected ? epoch : -1;
  }

  /** Resolves when a complete reading has ended that began after this call. All waiting calls share it. */
  #refresh(): Promise<void> {
    this.#next ??= this.#readAfterTheRunning();
    return this.#next;
  }

  async #readAfterTheRunning(): Promise<void> {
    await this.#reading?.catch(() => {});
    await delay(Math.max(0, this.#readAtMs + READ_EVERY_MS - performance.now()));
    this.#next = undefined;
    this.#readAtMs = performance.now();
    this.#reading = this.#readAll();
    await this.#reading;
  }
}

function prefixOf(hash: Uint8Array): number {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).readUIntBE(0, PREFIX_BYTES);
}

function* prefixesOf(joined: Buffer): Generator<number> {
  for (let at = 0; at < joined.length; at += PREFIX_BYTES) yield joined.readUIntBE(at, PREFIX_BYTES);
}
