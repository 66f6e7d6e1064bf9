/** A key-value store with TTLs, shared by all gateways of an installation. Losing its entries is never a breach. */
export interface EphemeralStore {
  /** Counts one use of the key. A window begins with its first use. */
  admit(key: readonly string[], limit: UseLimit): Promise<Admittance>;
  /** Keeps a text until it is taken. */
  put(key: readonly string[], text: string, lifetimeMs: number): Promise<void>;
  /** The text, for the first reader; null for all later ones, and after its TTL. */
  take(key: readonly string[]): Promise<string | null>;
  close(): void;
}

export interface UseLimit {
  readonly max: number;
  readonly windowSeconds: number;
}

export interface Admittance {
  readonly allowed: boolean;
  /** Until the window is over. */
  readonly retryAfterSeconds: number;
}
