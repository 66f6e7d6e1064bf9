import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@patchbay/foundation';
import type { Database } from '../database/index.ts';
import { parseApiKey } from './api-key-text.ts';
import type { KnownKeys } from './known-keys.ts';
import { revokeExposedKey } from './revoke-exposed-key.ts';

/**
 * Revokes keys that were exposed to strangers, one after the other, in the background of the requests that exposed
 * them.
 */
export interface ExposedKeys {
  /** Returns at once. A text that is no key's costs no query and takes no place in the queue. */
  report(text: string): void;
  /** Resolves when what was reported is revoked; what the database cannot take now is given up. */
  close(): Promise<void>;
}

/** Each is a look-up and a transaction. */
const PER_SECOND_MAX = 20;
const WAITING_MAX = 1_000;
/** While the database is away. */
const RETRY_MS = 1_000;

export function createExposedKeys(database: Database, known: KnownKeys, logger?: Logger): ExposedKeys {
  /** Hashes, in hexadecimal: no text of a key is kept. */
  const waiting = new Set<string>();
  const closing = new AbortController();
  let working: Promise<void> | undefined;

  function enqueue(hash: Uint8Array): void {
    if (waiting.size >= WAITING_MAX) return;
    waiting.add(Buffer.from(hash).toString('hex'));
    start();
  }

  function start(): void {
    working ??= work().finally(() => {
      working = undefined;
      if (waiting.size > 0) start();
    });
  }

  async function work(): Promise<void> {
    for (const hash of waiting) {
      const pauseMs = await revokeExposedKey(database, Buffer.from(hash, 'hex')).then(
        () => {
          waiting.delete(hash);
          return 1_000 / PER_SECOND_MAX;
        },
        (error: unknown) => {
          logger?.warn({ err: error }, 'a key that was sent in a URL is not revoked yet');
          if (closing.signal.aborted) waiting.delete(hash);
          return RETRY_MS;
        },
      );
      if (!closing.signal.aborted) await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  return {
    report(text) {
      const parsed = parseApiKey(text);
      if (parsed === null) return;
      known.has(parsed.hash).then(
        (isKnown) => isKnown && enqueue(parsed.hash),
        // The database does not answer now; the queue retries.
        () => enqueue(parsed.hash),
      );
    },
    async close() {
      closing.abort();
      while (working !== undefined) await working;
    },
  };
}
