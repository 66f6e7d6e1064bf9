import type { Clock } from '@patchbay/foundation';
import type { Admittance, EphemeralStore, UseLimit } from './ephemeral-store.ts';

const KEPT_MAX = 100_000;

/** A store in memory, for an installation with one gateway and while Redis is away. The oldest entries go when it is full. */
export class LocalStore implements EphemeralStore {
  readonly #clock: Clock;
  readonly #counts: Expiring<{ used: number }>;
  readonly #texts: Expiring<string>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#counts = new Expiring(clock);
    this.#texts = new Expiring(clock);
  }

  async admit(key: readonly string[], { max, windowSeconds }: UseLimit): Promise<Admittance> {
    const id = JSON.stringify(key);
    const open = this.#counts.get(id) ?? this.#counts.set(id, { used: 0 }, windowSeconds * 1000);
    open.value.used += 1;
    const retryAfterSeconds = Math.max(1, Math.ceil((open.expiresAt - this.#clock.monotonicMs()) / 1000));
    return { allowed: open.value.used <= max, retryAfterSeconds };
  }

  async put(key: readonly string[], text: string, lifetimeMs: number): Promise<void> {
    this.#texts.set(JSON.stringify(key), text, lifetimeMs);
  }

  async take(key: readonly string[]): Promise<string | null> {
    return this.#texts.take(JSON.stringify(key));
  }

  close(): void {}
}

interface Entry<T> {
  readonly value: T;
  readonly expiresAt: number;
}

class Expiring<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(id: string): Entry<T> | undefined {
    const entry = this.#entries.get(id);
    return entry && entry.expiresAt > this.#clock.monotonicMs() ? entry : undefined;
  }

  set(id: string, value: T, lifetimeMs: number): Entry<T> {
    this.#makeRoom();
    const entry = { value, expiresAt: this.#clock.monotonicMs() + lifetimeMs };
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry;
  }

  take(id: string): T | null {
    const entry = this.get(id);
    this.#entries.delete(id);
    return entry?.value ?? null;
  }

  /** Entries are ordered by age: expired ones at the front are removed, and the oldest when there are too many. */
  #makeRoom(): void {
    const now = this.#clock.monotonicMs();
    for (const [id, { expiresAt }] of this.#entries) {
      if (expiresAt > now && this.#entries.size < KEPT_MAX) return;
      this.#entries.delete(id);
    }
  }
}
