import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@patchbay/foundation';
import type { Database } from '../database/index.ts';
import { parseApiKey } from './api-key-text.ts';
import type { KnownKeys } from './known-keys.ts';
import { revokeExposedKey } from './revoke-exposed-key.ts';

/** Each is a look-up and a transaction. */
const PER_SECOND_MAX = 20;
const WAITING_MAX = 1_000;
/** While the database is away. */
const RETRY_MS = 1_000;

/**
 * Revokes keys that were exposed to strangers, one after the other, in the background of the requests that exposed
 * them.
 */
export class ExposedKeys {
  readonly #database: Database;
  readonly #known: KnownKeys;
  readonly #logger: Logger | undefined;
  /** Hashes, in hexadecimal: no text of a key is kept. */
  readonly #waiting = new Set<string>();
  readonly #closing = new AbortController();
  #working: Promise<void> | undefined;

  constructor(database: Database, known: KnownKeys, logger?: Logger) {
    this.#database = database;
    this.#known = known;
    this.#logger = logger;
  }

  /** Returns at once. A text that is no key's costs no query and takes no place in the queue. */
  report(text: string): void {
    const parsed = parseApiKey(text);
    if (parsed === null) return;
    this.#known.has(parsed.hash).then(
      (isKnown) => isKnown && this.#enqueue(parsed.hash),
      // The database does not answer now; the queue retries.
      () => this.#enqueue(parsed.hash),
    );
  }

  /** Resolves when what was reported is revoked; what the database cannot take now is given up. */
  async close(): Promise<void> {
    this.#closing.abort();
    while (this.#working !== undefined) await this.#working;
  }

  #enqueue(hash: Uint8Array): void {
    if (this.#waiting.size >= WAITING_MAX) return;
    this.#waiting.add(Buffer.from(hash).toString('hex'));
    this.#start();
  }

  #start(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#waiting.size > 0) this.#start();
    });
  }

  async #work(): Promise<void> {
    const { signal } = this.#closing;
    for (const hash of this.#waiting) {
      const pauseMs = await revokeExposedKey(this.#database, Buffer.from(hash, 'hex')).then(
        () => {
          this.#waiting.delete(hash);
          return 1_000 / PER_SECOND_MAX;
        },
        (error: unknown) => {
          this.#logger?.warn({ err: error }, 'a key that was sent in a URL is not revoked yet');
          if (signal.aborted) this.#waiting.delete(hash);
          return RETRY_MS;
        },
      );
      if (!signal.aborted) await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
}
