import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete, type EdgeFixture } from '../edge-fixture.ts';
import { dropStreams } from './dropped-streams.ts';
import { readingTool, startOneEndpoint } from './one-endpoint.ts';

let edge: EdgeFixture & Awaited<ReturnType<typeof startOneEndpoint>>;
beforeAll(async () => {
  edge = await startOneEndpoint({
    server: { name: 'tools', version: '1' },
    capabilities: { tools: {} },
    tools: [readingTool('tell')],
  });
});
afterAll(() => edge.close());

describe('streams that are opened and dropped', () => {
  it('dropped streams end their calls, leave nothing, and give no caller another one’s answer', async () => {
    let running = 0;
    edge.answerWith(async ({ params }, { onNotification, signal }) => {
      const { text } = params.arguments as { text: string };
      const token = (params._meta as { progressToken: string }).progressToken;
      running += 1;
      try {
        onNotification?.({ method: 'notifications/progress', params: { progressToken: token, progress: 1 } });
        const index = Number(text.split(' ')[1]);
        // Disconnected callers are waited for; the others get their answer at once.
        if (index % 8 !== 0 && !signal?.aborted) {
          await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
        }
        return complete({ content: [{ type: 'text', text }] });
      } finally {
        running -= 1;
      }
    });
    const { opened, wrong } = await dropStreams({ url: edge.url, streams: 800, parallel: 50 });
    expect(wrong).toEqual([]);
    expect(opened).toBe(800);
    await expect.poll(() => running).toBe(0);
    // Every permit came back: the next crowd finds room again.
    expect((await dropStreams({ url: edge.url, streams: 100, parallel: 50 })).opened).toBe(100);
  });
});
