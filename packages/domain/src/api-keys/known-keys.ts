import { setTimeout as delay } from 'node:timers/promises';
import { CHANGE_RULES, type ChangeFeed } from '../changes/index.ts';
import type { Lookups } from '../database/index.ts';

/**
 * The existing keys, in memory: an unknown one is refused without a query, at any rate. The set proves only absence;
 * the permissions of a key are read from its rows. It holds 48 bits of each hash, 39 bytes per key.
 *
 * A new key is never taken for unknown. While the relay is alive, a miss waits until every earlier commit has been
 * published, which takes a fifth of a second and no query. Where that cannot be proved (no relay, no connection),
 * misses share one reading of all keys, at most four a second together.
 */
export interface KnownKeys {
  /**
   * Whether the hash may be a key's; false is certain.
   *
   * @throws AppError `data.unavailable` when only the database can decide and does not answer
   */
  has(hash: Uint8Array): Promise<boolean>;
  readonly size: number;
  close(): void;
}

const PREFIX_BYTES = 6;
const READ_EVERY_MS = 250;
/** Revoked and expired keys leave with the next whole reading. */
const READ_ANEW_MS = 6 * 60 * 60_000;

export function createKnownKeys(lookups: Pick<Lookups, 'apiKeyPrefixes'>, feed: ChangeFeed): KnownKeys {
  let prefixes = new Set<number>();
  /** The feed's epoch in which the set was whole. */
  let wholeIn = -1;
  /** Published keys whose hashes are not read yet, and the reading of them. */
  let announced = new Set<string>();
  let fetching: Promise<void> | undefined;
  /** The whole reading that runs, and the one that will begin after it. */
  let reading: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  /** Read one by one while a whole reading runs, which may have begun before them. */
  let meanwhile: number[] = [];

  async function fetchAnnounced(): Promise<void> {
    while (announced.size > 0) {
      const ids = [...announced];
      announced = new Set();
      try {
        for (const prefix of prefixesOf(await lookups.apiKeyPrefixes(ids))) {
          prefixes.add(prefix);
          meanwhile.push(prefix);
        }
      } catch {
        // The next miss reads everything.
        wholeIn = -1;
      }
    }
  }

  async function readAll(): Promise<void> {
    const { epoch } = feed;
    meanwhile = [];
    const read = new Set(prefixesOf(await lookups.apiKeyPrefixes(null)));
    for (const prefix of meanwhile) read.add(prefix);
    prefixes = read;
    wholeIn = feed.health().connected ? epoch : -1;
  }

  /** Resolves when a whole reading has ended that began after this call. All who wait share it. */
  function readAnew(): Promise<void> {
    next ??= (async () => {
      await reading?.catch(() => {});
      await delay(Math.max(0, readAtMs + READ_EVERY_MS - performance.now()));
      next = undefined;
      readAtMs = performance.now();
      reading = readAll();
      await reading;
    })();
    return next;
  }

  const stop = feed.onChange(({ kind, id }) => {
    if (!CHANGE_RULES[kind].newKey) return;
    announced.add(id);
    fetching ??= fetchAnnounced().finally(() => {
      fetching = undefined;
    });
  });
  const anew = setInterval(() => readAnew().catch(() => {}), READ_ANEW_MS);
  anew.unref();

  return {
    async has(hash) {
      const prefix = Buffer.from(hash.buffer, hash.byteOffset, hash.length).readUIntBE(0, PREFIX_BYTES);
      if (prefixes.has(prefix)) return true;
      const isCurrent = () => wholeIn === feed.epoch;
      const isProved = isCurrent() && (await feed.relayed()) && isCurrent();
      if (!isProved) await readAnew();
      await fetching;
      // The reading of a published key failed.
      if (isProved && !isCurrent()) await readAnew();
      return prefixes.has(prefix);
    },
    get size() {
      return prefixes.size;
    },
    close() {
      stop();
      clearInterval(anew);
    },
  };
}

function* prefixesOf(joined: Buffer): Generator<number> {
  for (let at = 0; at < joined.length; at += PREFIX_BYTES) yield joined.readUIntBE(at, PREFIX_BYTES);
}
