import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readBody } from './read-body.ts';

const LIMITS = { bytesMax: 8, arriveWithinMs: 10_000 };

describe('readBody', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('refuses a body that trickles, however often a byte of it arrives', async () => {
    const stream = new PassThrough();
    const read = readBody(stream, LIMITS);
    const refused = expect(read).rejects.toMatchObject({ code: 'edge.body_timeout', spec: { status: 408 } });
    for (let second = 0; second < 5; second += 1) {
      stream.write('x');
      await vi.advanceTimersByTimeAsync(2_000);
    }
    await refused;
    expect(stream.listenerCount('data')).toBe(0);
  });

  it('refuses a body over its bound with the byte that passes it, not at its end', async () => {
    const stream = new PassThrough();
    const refused = expect(readBody(stream, LIMITS)).rejects.toMatchObject({ code: 'edge.body_too_large' });
    stream.write('123456789');
    await refused;
  });

  it('refuses a body that is cut or breaks', async () => {
    const cut = new PassThrough();
    const refused = expect(readBody(cut, LIMITS)).rejects.toMatchObject({ code: 'edge.bad_body' });
    cut.write('123');
    cut.destroy();
    await refused;
  });

  it('reading a body gives the whole body and ends its deadline', async () => {
    const stream = new PassThrough();
    const read = readBody(stream, LIMITS);
    stream.write('1234');
    stream.end('5678');
    expect(Buffer.from(await read).toString()).toBe('12345678');
    expect(vi.getTimerCount()).toBe(0);
  });
});
