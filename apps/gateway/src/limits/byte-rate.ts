import { AppError, type Clock } from '@patchbay/foundation';
import { LRUCache } from 'lru-cache';

export interface ByteRateOptions {
  readonly clock: Clock;
  /** Sustained, per principal. */
  readonly bytesPerSecond: number;
  /** What may come at once. */
  readonly burstBytes: number;
  /** Bodies up to this size are not counted: what they cost is the call, and calls have limits of their own. */
  readonly freeBytes: number;
}

/** Bytes a principal may still send, asked before a body is read (security S21). In this process; Redis comes later. */
export interface ByteRate {
  /** @throws AppError limits.bytes with the time to wait */
  admit(limitKey: string, bytes: number): void;
}

interface Bucket {
  level: number;
  atMs: number;
}

export function createByteRate(options: ByteRateOptions): ByteRate {
  const buckets = new LRUCache<string, Bucket>({ max: 50_000 });
  return {
    admit(limitKey, bytes) {
      if (bytes <= options.freeBytes) return;
      const now = options.clock.monotonicMs();
      const bucket = buckets.get(limitKey) ?? { level: options.burstBytes, atMs: now };
      const refilled = bucket.level + ((now - bucket.atMs) / 1000) * options.bytesPerSecond;
      const level = Math.min(options.burstBytes, refilled);
      if (level < bytes) {
        throw new AppError('limits.bytes', { retryAfterSeconds: (bytes - level) / options.bytesPerSecond });
      }
      buckets.set(limitKey, { level: level - bytes, atMs: now });
    },
  };
}
