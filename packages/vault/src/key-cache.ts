/**
 * Unwrapped data keys, bounded in number and age; a key that leaves is overwritten. A key answers only for the wrapped
 * bytes it came from: a data key whose row is gone, was exchanged or was rolled back is not used from memory.
 */
export interface KeyCache {
  get(organizationId: string, wrapped: Uint8Array): Uint8Array | undefined;
  set(organizationId: string, wrapped: Uint8Array, key: Uint8Array): void;
  delete(organizationId: string): void;
  clear(): void;
}

export interface KeyCacheOptions {
  readonly entriesMax: number;
  readonly ageMsMax: number;
  /** Milliseconds that only grow. */
  now(): number;
}

export function createKeyCache(options: KeyCacheOptions): KeyCache {
  const entries = new Map<string, { readonly wrapped: Uint8Array; readonly key: Uint8Array; readonly since: number }>();

  function drop(organizationId: string): void {
    entries.get(organizationId)?.key.fill(0);
    entries.delete(organizationId);
  }

  return {
    get(organizationId, wrapped) {
      const entry = entries.get(organizationId);
      if (entry === undefined) return undefined;
      const isYoung = options.now() - entry.since < options.ageMsMax;
      if (isYoung && Buffer.compare(entry.wrapped, wrapped) === 0) return entry.key.slice();
      drop(organizationId);
      return undefined;
    },
    set(organizationId, wrapped, key) {
      drop(organizationId);
      // A Map keeps the order of insertion: the first one is the oldest.
      const [oldest] = entries.keys();
      if (entries.size >= options.entriesMax && oldest !== undefined) drop(oldest);
      entries.set(organizationId, { wrapped: wrapped.slice(), key: key.slice(), since: options.now() });
    },
    delete: drop,
    clear() {
      for (const organizationId of [...entries.keys()]) drop(organizationId);
    },
  };
}
