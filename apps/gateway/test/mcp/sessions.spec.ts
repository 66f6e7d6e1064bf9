import { once } from 'node:events';
import { connect as tcp } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { hasSandboxes, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { legacyRequest } from '../edge-fixture.ts';
import { curiousVersion, eventsOf, RawClient, type SseEvent } from './sessions-fixture.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

const here = withPlatform({}, async ({ given }) => {
  const acme = await given.organization('acme');
  const curious = await given.live(acme, 'curious', curiousVersion('one'));
  const memberKey = await given.apiKey(acme, await given.member(acme, 'member'));
  return { acme, curious, memberKey, ownerKey: await given.apiKey(acme) };
});

const url = () => `${here.platform.origin}/acme/curious/mcp`;
const raw = (key = here.ownerKey) => new RawClient(url(), key);
const ELICITS = { elicitation: {} };

async function connect(capabilities = {}): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> {
  const client = new Client({ name: 'spec', version: '1.0.0' }, { capabilities });
  const requestInit = { headers: { authorization: `Bearer ${here.ownerKey}` } };
  const transport = new StreamableHTTPClientTransport(new URL(url()), { requestInit });
  // The client of SDK v1 declares an optional member that this repository's compiler settings take at its word.
  await client.connect(transport as never);
  return { client, transport };
}

const rows = async (): Promise<number> => {
  const { rows: found } = await here.platform.superuser.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM app.mcp_sessions',
  );
  return found[0]?.count ?? 0;
};

/** Reads until the connector's question, and returns everything read so far. */
async function untilQuestion(response: Response): Promise<SseEvent[]> {
  const seen: SseEvent[] = [];
  for await (const event of eventsOf(response)) {
    seen.push(event);
    if (event.message?.method === 'elicitation/create') break;
  }
  return seen;
}

async function rest(response: Response): Promise<SseEvent[]> {
  const seen: SseEvent[] = [];
  for await (const event of eventsOf(response)) seen.push(event);
  return seen;
}

async function callsInFlight(): Promise<number> {
  const metrics = await (await fetch(`${here.platform.internalUrl}/metrics`)).text();
  return Number(/^patchbay_calls_in_flight (\d+)$/m.exec(metrics)?.[1] ?? 0);
}

/** Tool calls of the gateway so far, by outcome. */
async function callsBy(): Promise<Readonly<Record<string, number>>> {
  const metrics = await (await fetch(`${here.platform.internalUrl}/metrics`)).text();
  const lines = metrics.matchAll(/^patchbay_calls_total\{method="tools\/call",outcome="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, outcome, count]) => [outcome, Number(count)]));
}

const accept = (id: unknown) =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'accept', content: { name: 'Ada' } } });

describe('a session id', () => {
  it('a session id of another person, invented, or altered is unknown', async () => {
    const { id } = await raw().initialize();
    const list = legacyRequest('tools/list').body;
    const thief = raw(here.memberKey);
    for (const stolen of [id, `${id}x`, id.replace(/^./, 'A'), 'made-up', id.split('.')[0] ?? '']) {
      thief.id = stolen;
      expect([stolen, (await thief.post(list)).status]).toEqual([stolen, 404]);
      expect((await thief.send('GET')).status).toBe(404);
      expect((await thief.send('DELETE')).status).toBe(404);
    }
  });

  it('a session id is unknown permanently after DELETE', async () => {
    const client = await raw().initialize();
    expect((await client.send('DELETE')).status).toBe(204);
    const ended = await client.post(legacyRequest('ping').body);
    expect([ended.status, await ended.text()]).toEqual([404, expect.stringContaining('mcp.session_ended')]);
    await here.platform.processes.gateway.end('SIGKILL');
    await here.platform.processes.gateway.restart();
    expect((await client.post(legacyRequest('ping').body)).status).toBe(404);
  });

  it('a session costs no row until there is something to remember', async () => {
    const before = await rows();
    const client = await raw().initialize();
    await (await client.post(legacyRequest('tools/list').body)).text();
    await (await client.call('say')).text();
    expect(await rows()).toBe(before);
    await (await client.post(legacyRequest('logging/setLevel', { level: 'debug' }).body)).text();
    expect(await rows()).toBe(before + 1);
  });

  it('GET and DELETE without a session id are not served', async () => {
    expect((await raw().send('GET')).status).toBe(405);
    expect((await raw().send('DELETE')).status).toBe(405);
  });
});

describe('a client of 2025-11-25', () => {
  it('a client of 2025 gets no input request it did not declare: the model reads why', async () => {
    const { client } = await connect();
    const result = await client.callTool({ name: 'name', arguments: {} });
    expect(result).toMatchObject({ isError: true });
    expect(JSON.stringify(result.content)).toContain('mcp.client_cannot_answer');
    await client.close();
  });

  it('a client of 2025 answers input requests to its person and its model during a call', async () => {
    const { client } = await connect({ elicitation: {}, sampling: {} });
    client.setRequestHandler(ElicitRequestSchema, (request) => {
      expect(request.params.message).toBe('Who?');
      return { action: 'accept', content: { name: 'Ada' } };
    });
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: 'm',
      role: 'assistant',
      content: { type: 'text', text: 'hm' },
    }));
    const named = await client.callTool({ name: 'name', arguments: {} });
    expect(named.content).toEqual([{ type: 'text', text: 'one accept Ada' }]);
    const thought = await client.callTool({ name: 'think', arguments: {} });
    expect(JSON.stringify(thought.content)).toContain('hm');
    await client.close();
  });

  it('a client of 2025 that refuses an input request ends the call, with its own reason', async () => {
    const { client } = await connect(ELICITS);
    client.setRequestHandler(ElicitRequestSchema, () => {
      throw new Error('no person is here');
    });
    const outcome = await client
      .callTool({ name: 'name', arguments: {} })
      .catch(({ message, data }) => ({ message, data }));
    expect(JSON.stringify(outcome)).toContain('mcp.client_refused');
    expect(JSON.stringify(outcome)).toContain('no person is here');
    await client.close();
  });

  it('a client of 2025 gets log lines once it set a level', async () => {
    const { client } = await connect();
    const lines: unknown[] = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void lines.push(params.data));
    await client.callTool({ name: 'say', arguments: {} });
    expect(lines).toEqual([]);
    await client.setLoggingLevel('info');
    await client.callTool({ name: 'say', arguments: {} });
    expect(lines).toEqual(['said']);
    await client.close();
  });

  it('a client of 2025 is notified on its GET stream that an activation changed the tools', async () => {
    const { client } = await connect();
    let changed = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void changed++);
    await waitFor(async () => (await rows()) > 0, { what: 'the row of the stream' });
    await here.platform.given.publishedVersion(here.curious, curiousVersion('one', ['added']));
    await waitFor(() => changed > 0, { what: 'the notification' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('added');
    await client.close();
  });

  it('a session has one GET stream: a later one takes over, and the loss of the key ends it', async () => {
    const member = await here.platform.given.member(here.acme, 'member');
    const client = await raw(await here.platform.given.apiKey(here.acme, member)).initialize();
    const first = rest(await client.send('GET'));
    const second = await client.send('GET');
    expect((await first).map(({ message }) => message)).toEqual([null]);
    await here.platform.superuser.query('DELETE FROM identity.members WHERE person_id = $1', [member.id]);
    expect((await rest(second)).map(({ message }) => message)).toEqual([null]);
    expect((await client.send('GET')).status).toBe(401);
  });

  it('GET streams whose clients were gone before they opened hold no permit', async () => {
    const { hostname, port, pathname } = new URL(url());
    for (let index = 0; index < 12; index += 1) {
      const { id } = await raw(here.memberKey).initialize();
      const lines = [`GET ${pathname} HTTP/1.1`, `host: ${hostname}:${port}`, 'accept: text/event-stream'];
      lines.push(`authorization: Bearer ${here.memberKey}`, `mcp-session-id: ${id}`);
      const socket = tcp(Number(port), hostname);
      socket.write(`${lines.join('\r\n')}\r\n\r\n`, () => socket.destroy());
      await once(socket, 'close');
    }
    const client = await raw(here.memberKey).initialize();
    await waitFor(
      async () => {
        const { status, body } = await client.send('GET');
        await body?.cancel();
        return status === 200;
      },
      { what: 'a place for a stream' },
    );
  });

  it('a client of 2025 cancels a call by a notification', async () => {
    const client = await raw().initialize();
    const slow = client.call('slow');
    await waitFor(async () => (await callsInFlight()) > 0, { what: 'a call in flight' });
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } });
    expect((await client.post(body)).status).toBe(202);
    expect(await (await slow).text()).toContain('mcp.cancelled');
  });

  it('a client of 2025 that hangs up does not cancel its call, which completes', async () => {
    const before = await callsBy();
    const client = await raw().initialize();
    const hangUp = new AbortController();
    const slow = client.call('slow', hangUp.signal).catch(() => null);
    await waitFor(async () => (await callsInFlight()) > 0, { what: 'a call in flight' });
    hangUp.abort();
    await slow;
    await waitFor(async () => (await callsInFlight()) === 0, { what: 'the end of the call' });
    const after = await callsBy();
    expect(after).toEqual({ ...before, complete: (before.complete ?? 0) + 1 });
  });
});

describe('a session', () => {
  it('a session continues when gateway and supervisor were killed after initialize', async () => {
    const { client } = await connect(ELICITS);
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' }));
    await here.platform.processes.gateway.end('SIGKILL');
    await here.platform.processes.supervisor?.end('SIGKILL');
    await here.platform.processes.supervisor?.restart();
    await here.platform.processes.gateway.restart();
    const result = await client.callTool({ name: 'name', arguments: {} });
    expect(result.content).toEqual([{ type: 'text', text: 'one decline ' }]);
    await client.close();
  });

  it('a session gives the answer to a client that lost the stream and came back, and to no other', async () => {
    const client = await raw().initialize(ELICITS);
    const cut = new AbortController();
    const seen = await untilQuestion(await client.call('name', cut.signal));
    cut.abort();
    const [priming] = seen;
    const question = seen.at(-1);
    expect(priming?.message).toBeNull();
    const stranger = await raw().initialize(ELICITS);
    const refused = await stranger.send('GET', { 'last-event-id': question?.id ?? '' });
    expect(refused.status).toBe(404);
    expect(await refused.text()).toContain('mcp.event_unknown');
    expect((await client.post(accept(question?.message?.id))).status).toBe(202);
    const resumed = await rest(await client.send('GET', { 'last-event-id': question?.id ?? '' }));
    expect(resumed.map(({ message }) => message?.result?.content?.[0]?.text)).toEqual(['one accept Ada']);
    const fromStart = await rest(await client.send('GET', { 'last-event-id': priming?.id ?? '' }));
    expect(fromStart.map(({ message }) => message?.method ?? message?.id)).toEqual(['elicitation/create', 7]);
  });

  it('a session reports that a call is lost when its gateway was killed, and takes the next one', async () => {
    const client = await raw().initialize(ELICITS);
    const seen = await untilQuestion(await client.call('name'));
    await here.platform.processes.gateway.end('SIGKILL');
    await here.platform.processes.gateway.restart();
    const resumed = await rest(await client.send('GET', { 'last-event-id': seen.at(-1)?.id ?? '' }));
    expect(resumed.at(-1)?.message).toMatchObject({ id: 7, error: { data: { code: 'mcp.call_lost' } } });
    expect(await (await client.call('say')).text()).toContain('done');
  });
});
