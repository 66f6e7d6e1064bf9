import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { rollBack } from '@patchbay/domain/deployments';
import { hasSandboxes, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { legacyRequest, modernRequest } from '../edge-fixture.ts';
import { curiousVersion, eventsOf, RawClient } from './sessions-fixture.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

const here = withPlatform({ shared: true }, async ({ given }) => {
  const acme = await given.organization('organization-sessions');
  const one = await given.live(acme, 'one', curiousVersion('one'));
  await given.live(acme, 'two', curiousVersion('two'));
  return { acme, one, key: await given.apiKey(acme) };
});

const raw = () => new RawClient(`${here.platform.origin}/organization-sessions/mcp`, here.key);

async function connect(): Promise<Client> {
  const client = new Client({ name: 'spec', version: '1.0.0' }, { capabilities: { elicitation: {} } });
  const requestInit = { headers: { authorization: `Bearer ${here.key}` } };
  const transport = new StreamableHTTPClientTransport(new URL(`${here.platform.origin}/organization-sessions/mcp`), {
    requestInit,
  });
  // The client of SDK v1 declares an optional member that this repository's compiler settings take at its word.
  await client.connect(transport as never);
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } }));
  return client;
}

/** `tools/call` of 2026-07-28 by a client with elicitation. */
async function call(name: string, more: object = {}) {
  const _meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };
  const { headers, body } = modernRequest('tools/call', { name, arguments: {}, _meta, ...more });
  const response = await fetch(`${here.platform.origin}/organization-sessions/mcp`, {
    method: 'POST',
    body,
    headers: { ...headers, authorization: `Bearer ${here.key}` },
  });
  return (await response.json()) as { result: { requestState: string }; error?: { code: number } };
}

describe('a session at the URL of an organization', () => {
  it('a session at the URL of an organization is unknown at the URL of a connector, and vice versa', async () => {
    const client = await raw().initialize();
    const elsewhere = new RawClient(`${here.platform.origin}/organization-sessions/one/mcp`, here.key);
    elsewhere.id = client.id;
    expect((await elsewhere.post(legacyRequest('ping').body)).status).toBe(404);
    const own = await new RawClient(`${here.platform.origin}/organization-sessions/one/mcp`, here.key).initialize();
    client.id = own.id;
    expect((await client.post(legacyRequest('ping').body)).status).toBe(404);
  });

  it('an organization’s session lets the tools of each connector send input requests during a call', async () => {
    const client = await connect();
    for (const slug of ['one', 'two']) {
      const answer = await client.callTool({ name: `${slug}__name`, arguments: {} });
      expect(answer.content).toEqual([{ type: 'text', text: `${slug} accept Ada` }]);
    }
    await client.close();
  });

  it('an organization’s session is notified of every connector that is activated or rolled back', async () => {
    const client = await connect();
    let changes = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void changes++);
    const names = async () => (await client.listTools()).tools.map(({ name }) => name);
    const three = await here.platform.given.connector(here.acme, 'three');
    // The stream of GETs opens behind the client's back: what changes before it is there is not missed but listed.
    await waitFor(
      async () => {
        await here.platform.given.publishedVersion(three, curiousVersion('three', [`more-${changes}`]));
        return changes > 0;
      },
      { what: 'the news of an activation' },
    );
    expect(await names()).toContain('three__say');
    await here.platform.given.publishedVersion(here.one, curiousVersion('one', ['added']));
    await waitFor(async () => (await names()).includes('one__added'), { what: 'the added tool' });
    const before = changes;
    await here.platform.given.database.withOrganization({ organizationId: here.acme.id }, (tx) =>
      rollBack(tx, here.acme.owner.actor, { connectorId: here.one.id }),
    );
    await waitFor(() => changes > before, { what: 'the news of a rollback' });
    await waitFor(async () => !(await names()).includes('one__added'), { what: 'the list without the added tool' });
    await client.close();
  });

  it('an organization’s session gives the answer to a client that lost the stream, and ends permanently', async () => {
    const client = await raw().initialize({ elicitation: {} });
    const cut = new AbortController();
    const lost = eventsOf(await client.call('two__name', cut.signal));
    await lost.next();
    const question = (await lost.next()).value;
    cut.abort();
    const answer = { result: { action: 'accept', content: { name: 'Ada' } } };
    await client.post(JSON.stringify({ jsonrpc: '2.0', id: question?.message?.id, ...answer }));
    const resumed = await client.send('GET', { 'last-event-id': question?.id ?? '' });
    expect(await resumed.text()).toContain('two accept Ada');
    expect((await client.send('DELETE')).status).toBe(204);
    expect((await client.post(legacyRequest('ping').body)).status).toBe(404);
  });
});

describe('a call of 2026-07-28 at the URL of an organization', () => {
  it('a call at the URL of an organization takes up the input request of its own connector only', async () => {
    const asked = await call('one__stateful');
    const { requestState } = asked.result;
    const inputResponses = { who: { action: 'accept', content: { name: 'Ada' } } };
    expect(await call('two__stateful', { requestState, inputResponses })).toMatchObject({ error: { code: -32602 } });
    expect(await call('one__stateful', { requestState, inputResponses })).toMatchObject({
      result: { content: [{ text: 'one accept Ada' }] },
    });
  });
});
