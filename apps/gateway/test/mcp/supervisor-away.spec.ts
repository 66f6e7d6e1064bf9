import { echoVersion, hasSandboxes, type Platform, skipUnless, startPlatform, waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { modernRequest } from '../edge-fixture.ts';
import { readHealth, readMetric } from './read-health.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

let platform: Platform;
let key: string;

beforeAll(async () => {
  if (!hasSandboxes()) return;
  platform = await startPlatform();
  const acme = await platform.given.organization('acme');
  await platform.given.publishedVersion(await platform.given.connector(acme, 'echo'), echoVersion('one'));
  key = await platform.given.apiKey(acme);
}, 60_000);
afterAll(() => platform?.stop());

const post = (method: string, params = {}) => {
  const { headers, body } = modernRequest(method, params);
  return fetch(`${platform.origin}/acme/echo/mcp`, {
    method: 'POST',
    body,
    headers: { ...headers, authorization: `Bearer ${key}` },
  });
};

describe('a gateway whose supervisor is away', () => {
  it('refuses calls with a clear error and when to retry, answers everything else, and recovers by itself', async () => {
    expect((await post('tools/call', { name: 'mark', arguments: {} })).status).toBe(200);
    await platform.processes.supervisor?.end('SIGKILL');
    // A call on its way in this moment is lost, with another error.
    await waitFor(async () => (await readHealth(platform)).checks.supervisor?.state === 'down');

    const refused = await post('tools/call', { name: 'mark', arguments: {} });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({
      error: { data: { code: 'sandbox.unavailable', title: 'No sandbox host answers.', hint: expect.any(String) } },
    });
    expect((await post('tools/list')).status).toBe(200);
    expect(await readHealth(platform)).toMatchObject({
      status: 200,
      state: 'degraded',
      checks: { supervisor: { state: 'down', reasons: [expect.any(String)] } },
    });
    expect(await readMetric(platform, 'patchbay_refusals_total{code="sandbox.unavailable"}')).toBe(1);
    expect(await readMetric(platform, 'patchbay_sandboxes{host="local",state="live"}')).toBe(0);
    expect(await (await fetch(`${platform.internalUrl}/metrics`)).text()).toContain(
      'patchbay_supervisor_up{host="local"} 0',
    );

    await platform.processes.supervisor?.restart();
    await waitFor(async () => (await post('tools/call', { name: 'mark', arguments: {} })).status === 200, {
      deadlineMs: 5_000,
      what: 'an answered call',
    });
    await waitFor(async () => (await readMetric(platform, 'patchbay_sandboxes{host="local",state="live"}')) === 1);
  });
});
