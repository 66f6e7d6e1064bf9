import { describe, expect, it } from 'vitest';
import { readEvents } from './event-stream.ts';

const answer = (chunks: readonly string[]) =>
  new Response(ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk))));

async function all(response: Response) {
  const events = [];
  for await (const event of readEvents(response)) events.push(event);
  return events;
}

describe('readEvents', () => {
  it('throws the problem when the response is a problem instead of a stream', async () => {
    const body = { type: 'x', title: 't', status: 403, detail: 'd', code: 'a.b', hint: 'h', requestId: 'req_1' };
    const response = Response.json(body, { status: 403 });
    await expect(all(response)).rejects.toMatchObject({ code: 'a.b', hint: 'h', requestId: 'req_1', status: 403 });
  });

  it('leaves out an event that the end of the stream cut off', async () => {
    expect(await all(answer(['event: a\ndata: 1\n\nevent: b\ndata: 2']))).toMatchObject([{ event: 'a', data: 1 }]);
  });

  it('reads the same events however the bytes of the stream are split, and skips comments', async () => {
    const text =
      ': open\n\nid: 7\r\nevent: log\r\ndata: {"text":"größe\\n"}\r\n\r\n: keep-alive\n\nevent: done\ndata: {}\n\n';
    const bytes = new TextEncoder().encode(text);
    for (let size = 1; size < 9; size += 1) {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
      expect(await all(new Response(ReadableStream.from(chunks)))).toEqual([
        { event: 'log', id: '7', data: { text: 'größe\n' } },
        { event: 'done', id: '7', data: {} },
      ]);
    }
  });
});
