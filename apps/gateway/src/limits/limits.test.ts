import { describe, expect, it } from 'vitest';
import { ByteRate } from './byte-rate.ts';
import { StreamPermits } from './stream-permits.ts';

describe('ByteRate', () => {
  it('refuses bytes over the burst with the time to wait, and admits other callers and small bodies', () => {
    let nowMs = 0;
    const clock = { now: () => new Date(nowMs), monotonicMs: () => nowMs };
    const rate = new ByteRate({ clock, bytesPerSecond: 100, burstBytes: 1_000, freeBytes: 10 });
    rate.admit('alice', 900);
    expect(() => rate.admit('alice', 300)).toThrow(
      expect.objectContaining({ code: 'limits.bytes', retryAfterSeconds: 2 }),
    );
    rate.admit('alice', 10);
    rate.admit('bob', 900);
    nowMs = 2_000;
    rate.admit('alice', 300);
  });
});

describe('StreamPlaces', () => {
  const owner = (limitKey: string, organizationId: string) => ({ limitKey, organizationId });

  it('refuses one stream too many of a caller or of an organization, and admits streams of others', () => {
    const permits = new StreamPermits({ principalMax: 2, organizationMax: 3 });
    permits.take(owner('alice', 'a'));
    permits.take(owner('alice', 'a'));
    expect(() => permits.take(owner('alice', 'a'))).toThrow(expect.objectContaining({ code: 'limits.streams' }));
    const release = permits.take(owner('bob', 'a'));
    expect(() => permits.take(owner('carol', 'a'))).toThrow(expect.objectContaining({ code: 'limits.streams' }));
    permits.take(owner('erin', 'b'));
    release();
    release();
    permits.take(owner('carol', 'a'));
    expect(() => permits.take(owner('dave', 'a'))).toThrow(expect.objectContaining({ code: 'limits.streams' }));
  });
});
