import { echoVersion, hasSandboxes, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { modernRequest } from '../edge-fixture.ts';
import { readHealth, readMetric } from './read-health.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

const here = withPlatform({}, async ({ given }) => {
  const acme = await given.organization('acme');
  await given.live(acme, 'echo', echoVersion('one'));
  return { key: await given.apiKey(acme) };
});

const post = (method: string, params = {}) => {
  const { headers, body } = modernRequest(method, params);
  return fetch(`${here.platform.origin}/acme/echo/mcp`, {
    method: 'POST',
    body,
    headers: { ...headers, authorization: `Bearer ${here.key}` },
  });
};

describe('a gateway whose supervisor is away', () => {
  it('a gateway without its supervisor refuses calls, answers everything else, and recovers', async () => {
    expect((await post('tools/call', { name: 'mark', arguments: {} })).status).toBe(200);
    await here.platform.processes.supervisor?.end('SIGKILL');
    // A call on its way in this moment is lost, with another error.
    await waitFor(async () => (await readHealth(here.platform)).checks.supervisor?.state === 'down');

    const refused = await post('tools/call', { name: 'mark', arguments: {} });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({
      error: { data: { code: 'sandbox.unavailable', title: 'No sandbox host answers.', hint: expect.any(String) } },
    });
    expect((await post('tools/list')).status).toBe(200);
    expect(await readHealth(here.platform)).toMatchObject({
      status: 200,
      state: 'degraded',
      checks: { supervisor: { state: 'down', reasons: [expect.any(String)] } },
    });
    expect(await readMetric(here.platform, 'patchbay_refusals_total{code="sandbox.unavailable"}')).toBe(1);
    expect(await readMetric(here.platform, 'patchbay_sandboxes{host="local",state="live"}')).toBe(0);
    expect(await (await fetch(`${here.platform.internalUrl}/metrics`)).text()).toContain(
      'patchbay_supervisor_up{host="local"} 0',
    );

    await here.platform.processes.supervisor?.restart();
    await waitFor(async () => (await post('tools/call', { name: 'mark', arguments: {} })).status === 200, {
      deadlineMs: 5_000,
      what: 'an answered call',
    });
    await waitFor(async () => (await readMetric(here.platform, 'patchbay_sandboxes{host="local",state="live"}')) === 1);
  });
});
