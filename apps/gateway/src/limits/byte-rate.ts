import { AppError, type Clock } from '@patchbay/foundation';
import { LRUCache } from 'lru-cache';

export interface ByteRateOptions {
  readonly clock: Clock;
  /** Sustained, per principal. */
  readonly bytesPerSecond: number;
  /** Burst size in bytes. */
  readonly burstBytes: number;
  /** Bodies up to this size are not counted: what they cost is the call, and calls have limits of their own. */
  readonly freeBytes: number;
}

interface Bucket {
  level: number;
  atMs: number;
}

/** Bytes a principal may still send, asked before a body is read. In this process; Redis comes later. */
export class ByteRate {
  readonly #options: ByteRateOptions;
  readonly #buckets = new LRUCache<string, Bucket>({ max: 50_000 });

  constructor(options: ByteRateOptions) {
    this.#options = options;
  }

  /** @throws AppError limits.bytes with the time to wait */
  admit(limitKey: string, bytes: number): void {
    const { clock, bytesPerSecond, burstBytes, freeBytes } = this.#options;
    if (bytes <= freeBytes) return;
    const now = clock.monotonicMs();
    const bucket = this.#buckets.get(limitKey) ?? { level: burstBytes, atMs: now };
    const refilled = bucket.level + ((now - bucket.atMs) / 1000) * bytesPerSecond;
    const level = Math.min(burstBytes, refilled);
    if (level < bytes) throw new AppError('limits.bytes', { retryAfterSeconds: (bytes - level) / bytesPerSecond });
    this.#buckets.set(limitKey, { level: level - bytes, atMs: now });
  }
}
