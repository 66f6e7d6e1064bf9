import type { JsonObject } from '@patchbay/sandbox-protocol';
import { skipUnless } from '@patchbay/testing';
import { type GivenHost, givenHost, hasBubblewrap, NO_BUBBLEWRAP } from '@patchbay/testing/hosts/given-host';
import { afterAll, beforeAll, expect } from 'vitest';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

/** A server that checks nothing itself: its one tool answers what it is given, under a schema that can change. */
const CODE = `
  const { Server } = require('@modelcontextprotocol/server');
  exports.default = () => {
    let type = 'number';
    const server = new Server({ name: 'bare', version: '1' }, { capabilities: { tools: { listChanged: true } } });
    const tools = () => [{ name: 'say', inputSchema: { type: 'object' },
      outputSchema: { type: 'object', properties: { n: { type } }, required: ['n'] } },
      { name: 'free', inputSchema: { type: 'object' } }];
    server.setRequestHandler('tools/list', async () => ({ tools: tools() }));
    server.setRequestHandler('tools/call', async (request) => {
      const { become, answer } = request.params.arguments;
      if (become) {
        type = become;
        await server.sendToolListChanged();
      }
      return { content: [], ...answer };
    });
    return server;
  };`;

let given: GivenHost;
beforeAll(async () => {
  if (hasBubblewrap) given = await givenHost();
});
afterAll(() => given?.close());

async function say(answer: JsonObject, rest: JsonObject = {}, tool = 'say'): Promise<JsonObject> {
  const outcome = await given.call({ code: CODE, tool, args: { answer, ...rest } });
  if (outcome.kind !== 'complete') throw new Error(JSON.stringify(outcome));
  return outcome.result;
}

describe('a structured answer', () => {
  it('returns an error with the reason when a structured answer is missing or does not fit its schema', async () => {
    const unfit: JsonObject[] = [{ structuredContent: { n: 'one' } }, { structuredContent: {} }, {}];
    for (const answer of unfit) {
      expect(await say(answer)).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('The answer of say does not fit') }],
      });
    }
  });

  it('passes a structured answer that fits, an error, and any answer of a tool without a schema', async () => {
    expect(await say({ structuredContent: { n: 1 } })).toMatchObject({ structuredContent: { n: 1 } });
    expect(await say({ isError: true })).toEqual(expect.objectContaining({ isError: true, content: [] }));
    expect(await say({ structuredContent: { any: true } }, {}, 'free')).toMatchObject({
      structuredContent: { any: true },
    });
  });

  it('validates a structured answer by the schema that the tool has now', async () => {
    expect(await say({ structuredContent: { n: 'one' } }, { become: 'string' })).toMatchObject({
      structuredContent: { n: 'one' },
    });
    expect(await say({ structuredContent: { n: 1 } })).toMatchObject({ isError: true });
  });
});
