import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EdgeFixture, modernRequest } from '../edge-fixture.ts';
import { FULL_MANIFEST, readingTool, startOneEndpoint } from './one-endpoint.ts';

const ASKS = { least: 1_000, much: 300_000, more: 9e9, none: 0, text: '60000' };

let edge: EdgeFixture & Awaited<ReturnType<typeof startOneEndpoint>>;
beforeAll(async () => {
  const tools = Object.entries(ASKS).map(([name, ms]) => readingTool(name, { _meta: { 'patchbay/timeoutMs': ms } }));
  edge = await startOneEndpoint({ ...FULL_MANIFEST, tools: [...tools, readingTool('silent')] });
});
afterAll(() => edge.close());
beforeEach(() => {
  edge.invocations.length = 0;
});

describe('the deadline of a call', () => {
  it.each([
    ['silent', 50_000],
    ['least', 1_000],
    ['much', 300_000],
    ['more', 300_000],
    ['none', 1_000],
    ['text', 50_000],
  ])('a call of the tool "%s" has a deadline of %i ms, its own or the default', async (name, deadlineMs) => {
    await edge.post(modernRequest('tools/call', { name, arguments: {} }));
    expect(edge.invocations).toMatchObject([{ deadlineMs }]);
  });

  it('the deadline of a call cannot be chosen by the caller, and is the default except for tools', async () => {
    const _meta = { 'patchbay/timeoutMs': 250_000 };
    await edge.post(modernRequest('tools/call', { name: 'silent', arguments: {}, _meta }));
    await edge.post(modernRequest('resources/read', { uri: 'all://one', _meta }));
    await edge.post(modernRequest('prompts/get', { name: 'greet', _meta }));
    expect(edge.invocations.map(({ deadlineMs }) => deadlineMs)).toEqual([50_000, 50_000, 50_000]);
  });
});
