import type { McpRequest } from '@patchbay/mcp';
import { describe, expect, it } from 'vitest';
import { METHODS } from './index.ts';
import type { MethodContext } from './method.ts';

const access = {
  manifest: { resourceUpdates: true },
  ownerOf: (uri: string) => (uri === 'feed://one' ? { manifest: { resourceUpdates: true } } : undefined),
};
const request = (method: string, uri: string) =>
  ({ kind: 'request', era: 'legacy', id: 1, method, params: { uri } }) as unknown as McpRequest; // all that is read here

/** The state of the session, and the resources that its connector follows. */
async function answered(method: string, uri: string) {
  const remembered: unknown[] = [];
  const followed: (readonly string[])[] = [];
  const context = {
    services: {
      sessions: { store: { remember: async (_claims: unknown, change: unknown) => remembered.push(change) } },
      followResources: async (_access: unknown, uris: readonly string[]) => void followed.push(uris),
    },
    caller: { access },
    session: { claims: { id: 'ses_1' }, row: null },
  };
  const row = METHODS[method];
  if (!row || row.runsCode) throw new Error(`${method} is not answered here`);
  // The fields of a context that subscriptions read.
  const answer = await row.connector(context as unknown as MethodContext<never>, request(method, uri), row);
  return { message: answer?.message, remembered, followed };
}

describe('a session', () => {
  it('a session remembers the resources that its client follows, and notifies the connector', async () => {
    expect(await answered('resources/subscribe', 'feed://one')).toEqual({
      message: { jsonrpc: '2.0', id: 1, result: {} },
      remembered: [{ subscribe: 'feed://one' }],
      followed: [['feed://one']],
    });
  });

  it('a session forgets a resource without a notification: other sessions may follow the same', async () => {
    const { remembered, followed } = await answered('resources/unsubscribe', 'feed://one');
    expect({ remembered, followed }).toEqual({ remembered: [{ unsubscribe: 'feed://one' }], followed: [] });
  });

  it('a session refuses a resource whose changes no connector here publishes', async () => {
    const { message, remembered, followed } = await answered('resources/subscribe', 'feed://other');
    expect(message).toMatchObject({ error: { code: -32602 } });
    expect({ remembered, followed }).toEqual({ remembered: [], followed: [] });
  });
});
