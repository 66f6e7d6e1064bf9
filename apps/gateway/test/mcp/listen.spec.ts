import type { Change } from '@patchbay/domain/changes';
import type { Endpoint } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import type { JsonObject } from '@patchbay/mcp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnectorEvents } from '../../src/mcp/subscriptions/connector-events.ts';
import { LocalPubSub } from '../../src/pub-sub/pub-sub.ts';
import { type EdgeFixture, modernRequest, startEdge } from '../edge-fixture.ts';
import { givenEndpoint, givenEndpoints } from '../given-call.ts';

const tool = (name: string) => ({ name, inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } });
const version = (versionId: string, tools: readonly string[]): Endpoint =>
  givenEndpoint({
    versionId,
    connectorSlug: 'feed',
    manifest: {
      server: { name: 'feed', version: '1' },
      capabilities: { resources: { subscribe: true } },
      tools: tools.map(tool),
      resources: [{ uri: 'feed://one', name: 'one' }],
    },
  });
const KEY = {
  organizationId: 'org_acme',
  connectorId: 'con_feed',
  versionId: 'ver_1',
  settingsRevision: 0,
  subject: '',
  preview: false,
  providers: [],
};

let edge: EdgeFixture;
let live: Endpoint | null = version('ver_1', ['a']);
const events = createConnectorEvents(new LocalPubSub());
const listeners = new Set<(change: Change) => void>();
const change = (kind: Change['kind'], id: string) => {
  for (const listener of listeners) listener({ kind, id });
};

beforeAll(async () => {
  edge = await startEdge([], undefined, {
    events,
    changes: {
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      onStale: () => () => undefined,
    },
    endpoints: givenEndpoints(async () => live),
  });
});
afterAll(() => edge.close());

/** One open stream, message by message. */
async function listen(notifications: JsonObject, id: string | number = 'sub-1') {
  const hangUp = new AbortController();
  const request = modernRequest('subscriptions/listen', { notifications }, id);
  const response = await fetch(`${edge.origin}/acme/feed/mcp`, { ...request, method: 'POST', signal: hangUp.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  /** The next message; null at the end. */
  const next = async (): Promise<JsonObject | null> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (data !== undefined) return JSON.parse(data) as JsonObject;
        continue;
      }
      const chunk = await reader?.read();
      if (!chunk || chunk.done) return null;
      text += chunk.value;
    }
  };
  return { response, next, hangUp: () => hangUp.abort() };
}

const TAGGED = { _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub-1' } };

describe('subscriptions/listen', () => {
  it('subscriptions/listen refuses a filter of another shape, and a client that takes no stream', async () => {
    const wrong: JsonObject[string][] = ['all', { toolsListChanged: 'yes' }, { resourceSubscriptions: [1] }];
    for (const notifications of wrong) {
      const request = modernRequest('subscriptions/listen', { notifications });
      const response = await fetch(`${edge.origin}/acme/feed/mcp`, { ...request, method: 'POST' });
      expect(await response.json()).toMatchObject({ id: 1, error: { code: -32602 } });
    }
    const request = modernRequest('subscriptions/listen', { notifications: {} });
    const headers = { ...request.headers, accept: 'application/json' };
    const response = await fetch(`${edge.origin}/acme/feed/mcp`, { ...request, headers, method: 'POST' });
    expect(await response.json()).toMatchObject({ error: { code: -32602 } });
  });

  it('a stream of changes is acknowledged first, and delivers the requested kinds and nothing else', async () => {
    const stream = await listen({ toolsListChanged: true, resourceSubscriptions: ['feed://one'] });
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
    expect(await stream.next()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { ...TAGGED, notifications: { toolsListChanged: true, resourceSubscriptions: ['feed://one'] } },
    });
    events.publish({ key: KEY, method: 'notifications/prompts/list_changed' });
    events.publish({ key: KEY, method: 'notifications/resources/updated', uri: 'feed://other' });
    events.publish({ key: { ...KEY, versionId: 'ver_0' }, method: 'notifications/tools/list_changed' });
    events.publish({ key: { ...KEY, subject: 'psn_other' }, method: 'notifications/tools/list_changed' });
    events.publish({ key: KEY, method: 'notifications/resources/updated', uri: 'feed://one' });
    expect(await stream.next()).toMatchObject({
      method: 'notifications/resources/updated',
      params: { ...TAGGED, uri: 'feed://one' },
    });
    stream.hangUp();
  });

  it('each live version of a connector is notified of the resources that a stream follows', async () => {
    const followed = () =>
      edge.invocations.flatMap(({ method, key, params }) =>
        method === 'patchbay/follow' ? [[key.versionId, params.uris]] : [],
      );
    const before = followed().length;
    const stream = await listen({ resourceSubscriptions: ['feed://one'] });
    const other = await listen({ toolsListChanged: true });
    await Promise.all([stream.next(), other.next()]);
    const first = ['ver_1', ['feed://one']];
    await expect.poll(() => followed().slice(before)).toEqual([first]);
    live = version('ver_2', ['a']);
    change('connector', 'con_feed');
    await expect.poll(() => followed().slice(before)).toEqual([first, ['ver_2', ['feed://one']]]);
    stream.hangUp();
    other.hangUp();
    live = version('ver_1', ['a']);
  });

  it('a stream of changes notifies of an activation that changes a list, and of no other', async () => {
    const stream = await listen({ toolsListChanged: true, resourcesListChanged: true });
    await stream.next();
    live = version('ver_2', ['a']);
    change('connector', 'con_feed');
    live = version('ver_3', ['a', 'b']);
    change('connector', 'con_feed');
    expect(await stream.next()).toMatchObject({ method: 'notifications/tools/list_changed', params: TAGGED });
    events.publish({ key: { ...KEY, versionId: 'ver_3' }, method: 'notifications/resources/list_changed' });
    expect(await stream.next()).toMatchObject({ method: 'notifications/resources/list_changed' });
    stream.hangUp();
  });

  it('a stream of changes ends with a reason when its access ends', async () => {
    const stream = await listen({ toolsListChanged: true });
    await stream.next();
    const before = live;
    live = null;
    change('connector', 'con_feed');
    expect(await stream.next()).toMatchObject({ id: 'sub-1', error: { data: { code: 'mcp.endpoint_not_found' } } });
    expect(await stream.next()).toBeNull();
    live = before;
  });

  it('the ninth stream of changes of one caller is refused, and admitted when another one ended', async () => {
    const open = await Promise.all(Array.from({ length: 8 }, () => listen({ toolsListChanged: true })));
    for (const stream of open) await stream.next();
    const ninth = await listen({ toolsListChanged: true });
    expect(ninth.response.status).toBe(new AppError('limits.streams').spec.status);
    for (const stream of open) stream.hangUp();
    await expect
      .poll(async () => {
        const again = await listen({ toolsListChanged: true });
        again.hangUp();
        return again.response.status;
      })
      .toBe(200);
  });

  it('a stream of changes ends with a result when the gateway closes', async () => {
    const last = await startEdge();
    const request = modernRequest('subscriptions/listen', { notifications: {} });
    const response = await fetch(`${last.origin}/acme/open/mcp`, { ...request, method: 'POST' });
    await last.close();
    expect(await response.text()).toContain('"result":{"resultType":"complete"');
  });
});
