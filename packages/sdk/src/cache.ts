export interface CacheOptions {
  /** Milliseconds a value lives, counted from the moment it was loaded. */
  readonly ttlMs: number;
  /**
   * The scope of a value. `user` (the default): each person has their own, so one person's data cannot reach another.
   * `shared`: one for all people; only for data that is the same for all, such as a list of currencies.
   */
  readonly scope?: 'user' | 'shared';
}

export interface Cache {
  /**
   * The value under the key; when there is none, or it is older than `ttlMs`, `load` makes it.
   * Callers that ask while it is being loaded wait for the same load. A failed load is not kept.
   *
   * Lives in the memory of the sandbox: it is empty after a deploy, a secret's change or an idle stop,
   * and holds at most 1000 values (the least recently used one goes first).
   */
  getOrLoad<T>(key: string, load: () => Promise<T> | T, options: CacheOptions): Promise<T>;
  /** Forgets the key, in the scope of this person and in the shared one. Call it after a write. */
  forget(key: string): void;
}

interface Entry {
  value: Promise<unknown>;
  /** The loading caller disconnected: its failure is no failure of the value. */
  readonly leader: AbortSignal;
  /** Infinity while it loads. */
  expiresAt: number;
}

const ENTRIES_MAX = 1000;

/** The values of one connector, all persons and the shared ones; bounded, least recently used first out. */
export class CacheStore {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The cache as one call sees it. */
  forCall(scopeKey: string, signal: AbortSignal): Cache {
    const full = (key: string, scope: 'user' | 'shared') =>
      JSON.stringify(scope === 'shared' ? [key] : [key, scopeKey]);
    return {
      getOrLoad: (key, load, options) =>
        this.#getOrLoad(full(key, options.scope ?? 'user'), load, options.ttlMs, signal),
      forget: (key) => {
        this.#entries.delete(full(key, 'user'));
        this.#entries.delete(full(key, 'shared'));
      },
    };
  }

  async #getOrLoad<T>(key: string, load: () => Promise<T> | T, ttlMs: number, signal: AbortSignal): Promise<T> {
    if (!(ttlMs >= 0)) throw new RangeError(`cache: ttlMs must be 0 or more, got ${ttlMs}`);
    const found = this.#entries.get(key);
    if (!found || found.expiresAt <= this.#now()) return this.#load(key, load, ttlMs, signal);
    this.#entries.delete(key);
    this.#entries.set(key, found);
    try {
      // The key determines the type: the caller that reads it wrote the value.
      return (await found.value) as T;
    } catch (error) {
      if (found.leader.aborted && !signal.aborted) return this.#getOrLoad(key, load, ttlMs, signal);
      throw error;
    }
  }

  #load<T>(key: string, load: () => Promise<T> | T, ttlMs: number, signal: AbortSignal): Promise<T> {
    const value = (async () => load())();
    const entry: Entry = { value, leader: signal, expiresAt: Number.POSITIVE_INFINITY };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#evict();
    value.then(
      () => {
        entry.expiresAt = this.#now() + ttlMs;
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return value;
  }

  #evict(): void {
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= ENTRIES_MAX) return;
      this.#entries.delete(oldest);
    }
  }
}
