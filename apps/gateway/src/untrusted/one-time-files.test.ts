import { describe, expect, it } from 'vitest';
import { OneTimeFiles } from './one-time-files.ts';

const file = { fileName: 'a.txt', contentType: 'text/plain', load: async () => new Uint8Array() };

describe('OneTimeFiles', () => {
  it('gives a file once, and never for an unknown id', () => {
    const files = new OneTimeFiles({ now: () => new Date(0), monotonicMs: () => 0 });
    const { id } = files.offer(file);
    expect(files.take('unknown')).toBeNull();
    expect(files.take(id)).toBe(file);
    expect(files.take(id)).toBeNull();
  });

  it('gives nothing after a minute', () => {
    let now = 0;
    const files = new OneTimeFiles({ now: () => new Date(now), monotonicMs: () => now });
    const { id, expiresAt } = files.offer(file);
    expect(expiresAt).toEqual(new Date(60_000));
    now = 60_000;
    expect(files.take(id)).toBeNull();
  });

  it('forgets the oldest when too many wait', () => {
    const files = new OneTimeFiles({ now: () => new Date(0), monotonicMs: () => 0 });
    const first = files.offer(file);
    const rest = Array.from({ length: 1_000 }, () => files.offer(file));
    expect(files.take(first.id)).toBeNull();
    expect(files.take(rest.at(-1)?.id ?? '')).toBe(file);
  });
});
