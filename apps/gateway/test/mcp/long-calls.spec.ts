import { hasSandboxes, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { legacyRequest, modernRequest } from '../edge-fixture.ts';
import type { WireRequest } from './one-endpoint.ts';
import { RawClient } from './sessions-fixture.ts';
import { WAITING_VERSION } from './waiting-version.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

const here = withPlatform({ shared: true }, async ({ given }) => {
  const organization = await given.organization('long-calls');
  await given.live(organization, 'waiting', WAITING_VERSION);
  return { key: await given.apiKey(organization) };
});

describe('a long call', () => {
  const url = () => `${here.platform.origin}/long-calls/waiting/mcp`;
  const post = (request: WireRequest, signal?: AbortSignal) => {
    const headers = { ...request.headers, authorization: `Bearer ${here.key}` };
    return fetch(url(), { method: 'POST', body: request.body, headers, ...(signal && { signal }) });
  };
  const textOf = async (response: Response) => {
    const { result } = (await response.json()) as { result: { content: { text: string }[] } };
    return result.content[0]?.text ?? '';
  };
  const call = (tool: string, args = {}) => post(modernRequest('tools/call', { name: tool, arguments: args }));
  const seen = async () => textOf(await call('seen'));
  const untilSeen = (what: string) => waitFor(async () => (await seen()).includes(what), { what });

  it('a long call is aborted when its modern client hangs up', async () => {
    const hangUp = new AbortController();
    const request = modernRequest('tools/call', { name: 'wait', arguments: { name: 'modern' } });
    const pending = post(request, hangUp.signal);
    await untilSeen('started modern');
    hangUp.abort();
    await expect(pending).rejects.toThrow();
    await untilSeen('aborted modern');
  });

  it('a long call is aborted when its session cancels it, and is answered as cancelled', async () => {
    const client = await new RawClient(url(), here.key).initialize();
    const pending = client.post(legacyRequest('tools/call', { name: 'wait', arguments: { name: 'session' } }, 7).body);
    await untilSeen('started session');
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
    // Another session's word ends nothing, whatever id it knows.
    const stranger = await new RawClient(url(), here.key).initialize();
    await stranger.post(JSON.stringify(cancel));
    expect(await seen()).not.toContain('aborted session');
    await client.post(JSON.stringify(cancel));
    await untilSeen('aborted session');
    expect(await (await pending).text()).toContain('mcp.cancelled');
  });

  it('a long call continues when a client of 2025 disconnects, with a session or without one', async () => {
    for (const name of ['with', 'without']) {
      const client = new RawClient(url(), here.key);
      if (name === 'with') await client.initialize();
      const hangUp = new AbortController();
      const body = legacyRequest('tools/call', { name: 'wait', arguments: { name } }, 7).body;
      const pending = client.post(body, hangUp.signal);
      await untilSeen(`started ${name}`);
      hangUp.abort();
      await expect(pending).rejects.toThrow();
      await call('release', { name });
      await untilSeen(`ended ${name}`);
      expect(await seen()).not.toContain(`aborted ${name}`);
    }
  });

  it('a long call ends at its tool’s own deadline: the connector is notified, the model reads why', async () => {
    const response = await call('wait_briefly', { name: 'brief' });
    expect(response.status).toBe(200);
    const { result } = (await response.json()) as { result: { isError: boolean; content: { text: string }[] } };
    expect(result.isError).toBe(true);
    expect(result.content[0]?.text).toContain('sandbox.deadline_exceeded');
    expect(result.content[0]?.text).toContain('1000 ms');
    await untilSeen('aborted brief');
  });

  it('a call that passes its deadline after a write advises not to repeat it', async () => {
    const text = await textOf(await call('write_briefly', { name: 'once' }));
    expect(await seen()).toContain('wrote once');
    expect(text).toContain('sandbox.deadline_exceeded');
    expect(text).toContain('it may have taken effect in full, in part or not at all');
    expect(text).toContain('Do not repeat the call');
    expect(text).not.toMatch(/try again/i);
  });
});
