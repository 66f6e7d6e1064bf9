export interface KeyCacheOptions {
  readonly entriesMax: number;
  readonly ageMsMax: number;
  /** Milliseconds that only grow. */
  now(): number;
}

interface Entry {
  readonly wrapped: Uint8Array;
  readonly key: Uint8Array;
  readonly since: number;
}

/**
 * Unwrapped data keys, bounded in number and age; a key that leaves is overwritten. A key answers only for the wrapped
 * bytes it came from: a data key whose row is gone, was exchanged or was rolled back is not used from memory.
 */
export class KeyCache {
  readonly #options: KeyCacheOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: KeyCacheOptions) {
    this.#options = options;
  }

  get(organizationId: string, wrapped: Uint8Array): Uint8Array | undefined {
    const entry = this.#entries.get(organizationId);
    if (entry === undefined) return undefined;
    const isYoung = this.#options.now() - entry.since < this.#options.ageMsMax;
    if (isYoung && Buffer.compare(entry.wrapped, wrapped) === 0) return copyOf(entry.key);
    this.delete(organizationId);
    return undefined;
  }

  set(organizationId: string, wrapped: Uint8Array, key: Uint8Array): void {
    this.delete(organizationId);
    // A Map keeps the order of insertion: the first one is the oldest.
    const [oldest] = this.#entries.keys();
    if (this.#entries.size >= this.#options.entriesMax && oldest !== undefined) this.delete(oldest);
    this.#entries.set(organizationId, { wrapped: copyOf(wrapped), key: copyOf(key), since: this.#options.now() });
  }

  delete(organizationId: string): void {
    this.#entries.get(organizationId)?.key.fill(0);
    this.#entries.delete(organizationId);
  }

  clear(): void {
    for (const organizationId of [...this.#entries.keys()]) this.delete(organizationId);
  }
}

/** In memory of its own. The `slice` of a Buffer would share it: overwriting one would overwrite a key that is in use. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes);
}
