import type { McpRequest } from '@patchbay/mcp';
import { describe, expect, it } from 'vitest';
import type { Access } from '../context/access.ts';
import type { OpenSession, Sessions } from '../sessions/sessions.ts';
import { answerSession } from './subscribe.ts';

const session = { claims: { id: 'ses_1' }, row: null } as unknown as OpenSession; // only its claims are handed on
const access = {
  manifest: { resourceUpdates: true },
  ownerOf: (uri: string) => (uri === 'feed://one' ? { manifest: { resourceUpdates: true } } : undefined),
} as unknown as Access; // what is read of it here
const request = (method: string, uri: string) =>
  ({ kind: 'request', era: 'legacy', id: 1, method, params: { uri } }) as unknown as McpRequest; // as above

/** What is remembered of the session, and what its connector is told. */
async function answered(method: string, uri: string) {
  const remembered: unknown[] = [];
  const followed: (readonly string[])[] = [];
  const sessions = { store: { remember: async (_claims: unknown, change: unknown) => remembered.push(change) } };
  const answer = await answerSession(
    {
      sessions: sessions as unknown as Sessions, // what subscriptions need of them
      followResources: async (_permission, uris) => void followed.push(uris),
    },
    session,
    request(method, uri),
    access,
  );
  return { message: answer?.message, remembered, followed };
}

describe('a session', () => {
  it('remembers what its client follows, and its connector is told', async () => {
    expect(await answered('resources/subscribe', 'feed://one')).toEqual({
      message: { jsonrpc: '2.0', id: 1, result: {} },
      ...{ remembered: [{ subscribe: 'feed://one' }], followed: [['feed://one']] },
    });
  });

  it('forgets it, and nobody is told: others may follow the same', async () => {
    const { remembered, followed } = await answered('resources/unsubscribe', 'feed://one');
    expect({ remembered, followed }).toEqual({ remembered: [{ unsubscribe: 'feed://one' }], followed: [] });
  });

  it('refuses what no connector here announces', async () => {
    const { message, remembered, followed } = await answered('resources/subscribe', 'feed://other');
    expect(message).toMatchObject({ error: { code: -32602 } });
    expect({ remembered, followed }).toEqual({ remembered: [], followed: [] });
  });
});
