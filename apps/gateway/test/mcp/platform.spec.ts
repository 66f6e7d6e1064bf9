import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CALL_STEPS } from '@patchbay/domain/usage';
import type { JsonObject } from '@patchbay/mcp';
import { echoVersion, hasSandboxes, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { type legacyRequest, modernRequest } from '../edge-fixture.ts';
import { readHealth } from './read-health.ts';
import { eventsOf } from './sessions-fixture.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

const here = withPlatform({}, async ({ given }) => {
  const acme = await given.organization('acme');
  return { acme, echo: await given.live(acme, 'echo', echoVersion('one')), ownerKey: await given.apiKey(acme) };
});

const url = (path = '/acme/echo/mcp') => new URL(path, here.platform.origin);
const requestInit = () => ({ headers: { authorization: `Bearer ${here.ownerKey}` } });
/** How often a gateway looks for changes it was not notified of. */
const POLL_MS = 5_000;
const clientInfo = { name: 'spec', version: '1.0.0' };

async function post(
  request: ReturnType<typeof modernRequest | typeof legacyRequest>,
  path?: string,
  key = here.ownerKey,
) {
  const headers = { ...request.headers, authorization: `Bearer ${key}` };
  return fetch(url(path), { method: 'POST', body: request.body, headers });
}
const markOf = async (path?: string): Promise<string> => {
  const answer = (await (await post(modernRequest('tools/call', { name: 'mark', arguments: {} }), path)).json()) as {
    result?: { content: { text: string }[] };
  };
  return answer.result?.content[0]?.text ?? JSON.stringify(answer);
};

async function callsInFlight(): Promise<number> {
  const metrics = await (await fetch(`${here.platform.internalUrl}/metrics`)).text();
  return Number(/^patchbay_calls_in_flight (\d+)$/m.exec(metrics)?.[1] ?? 0);
}

describe('a published connector', () => {
  it('a published connector answers the client of 2026-07-28', async () => {
    const client = new ModernClient(clientInfo, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new ModernTransport(url(), { requestInit: requestInit() }));
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['echo', 'mark', 'remove', 'slow']);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
    await client.close();
  });

  it('a published connector answers the client of 2025-11-25', async () => {
    const client = new LegacyClient(clientInfo);
    await client.connect(new LegacyTransport(url(), { requestInit: requestInit() }));
    expect((await client.listTools()).tools).toHaveLength(4);
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
    await client.close();
  });

  it('a published connector keeps a destructive tool from running, and the model gets an error', async () => {
    const answer = await (await post(modernRequest('tools/call', { name: 'remove', arguments: {} }))).json();
    expect(answer).toMatchObject({ result: { isError: true } });
  });

  it('a numbered version is shown to those who may activate it, and answered 404 to members', async () => {
    await here.platform.given.publishedVersion(here.echo, echoVersion('preview', { activate: false }));
    const member = await here.platform.given.member(here.acme, 'member');
    const memberKey = await here.platform.given.apiKey(here.acme, member);
    expect(await markOf('/acme/echo@2/mcp')).toBe('preview');
    expect((await post(modernRequest('tools/list'), '/acme/echo@2/mcp', memberKey)).status).toBe(404);
    expect((await post(modernRequest('tools/list'), '/acme/echo/mcp', memberKey)).status).toBe(200);
  });

  it('an activation is in force from its notification on, which waits for no poll, and drops no call', async () => {
    const followed = await here.platform.given.live(here.acme, 'followed', echoVersion('one'));
    const path = '/acme/followed/mcp';
    const listening = await post(
      modernRequest('subscriptions/listen', { notifications: { toolsListChanged: true } }),
      path,
    );
    const events = eventsOf(listening);
    expect((await events.next()).value.message.method).toBe('notifications/subscriptions/acknowledged');
    const slow = modernRequest('tools/call', { name: 'slow', arguments: {} });
    const calls = Array.from({ length: 8 }, () => post(slow, path));
    await waitFor(async () => (await callsInFlight()) === calls.length, { what: 'the calls in flight' });

    const { manifest, ...next } = echoVersion('next');
    const tools = (manifest.tools as JsonObject[]).filter(({ name }) => name !== 'remove');
    await here.platform.given.publishedVersion(followed, { ...next, manifest: { ...manifest, tools } });
    const committedAtMs = performance.now();
    expect((await events.next()).value.message.method).toBe('notifications/tools/list_changed');
    // Gateways that lost a notification find the change at their next poll; this one was published.
    expect(performance.now() - committedAtMs).toBeLessThan(POLL_MS / 2);
    expect(await markOf(path)).toBe('next');
    for (const response of await Promise.all(calls)) {
      expect(await response.json()).toMatchObject({ result: { content: [{ text: 'one' }] } });
    }
    await events.return(undefined);
  });

  it('a revoked key is refused soon after its revocation', async () => {
    const key = await here.platform.given.apiKey(here.acme);
    expect((await post(modernRequest('tools/list'), undefined, key)).status).toBe(200);
    const { listApiKeys, revokeApiKey } = await import('@patchbay/domain/api-keys');
    await here.platform.given.database.withOrganization({ organizationId: here.acme.id }, async (tx) => {
      const newest = (await listApiKeys(tx, { limit: 1 })).items[0];
      if (newest) await revokeApiKey(tx, here.acme.owner.actor, newest.id);
    });
    await waitFor(async () => (await post(modernRequest('tools/list'), undefined, key)).status === 401, {
      what: 'a 401',
    });
  });

  it('the gateway reports its health on the internal listener, each check with its reason or facts', async () => {
    const health = await readHealth(here.platform);
    expect(health).toMatchObject({
      state: 'degraded',
      reasons: expect.arrayContaining(['dashboard: not configured']),
      checks: {
        database: { state: 'ok' },
        changes: { state: 'ok', facts: { connected: true, ageMs: expect.any(Number) } },
        identity: { state: 'ok' },
        supervisor: {
          facts: {
            hosts: [{ hostId: 'local', isolation: 'complete', sandboxes: { live: expect.any(Number) } }],
          },
        },
        artifacts: { state: 'ok' },
        redis: { state: 'degraded', reasons: [expect.stringContaining('not configured')] },
        queue: { state: 'ok', facts: { waiting: 0 } },
        dashboard: { state: 'degraded', reasons: ['not configured'] },
        usage: { state: 'ok', facts: { dropped: 0 } },
      },
    });
    const { facts, reasons } = health.checks.supervisor ?? {};
    expect(facts).toMatchObject({ hosts: [{ queued: 0, crashes: 0, limits: expect.any(String) }] });
    // Reduced limits are no secret: each one is named.
    if (!JSON.stringify(facts).includes('"limits":"full"')) expect(reasons?.[0]).toContain('local: limits');
  });

  it('the gateway counts every number the operator was promised', async () => {
    await post(modernRequest('tools/list'), undefined, 'pbk_mcp_nobody');
    await post(modernRequest('tools/list'), undefined, 'e30.e30.e30');
    const { token } = await here.platform.given.accessToken(here.echo);
    const readMetrics = async () => (await fetch(`${here.platform.internalUrl}/metrics`)).text();
    // The news that the grant was made may come after the first look at it, and makes the second look a miss too.
    await waitFor(
      async () => {
        await post(modernRequest('tools/list'), undefined, token);
        return /cache="grants",outcome="hit"\} [1-9]/.test(await readMetrics());
      },
      { what: 'the grant to be found in memory' },
    );
    const metrics = await readMetrics();
    for (const line of [
      /^patchbay_calls_total\{method="tools\/call",outcome="complete"\} [1-9]/m,
      ...CALL_STEPS.map(
        (step) => new RegExp(`^patchbay_call_step_duration_seconds_count\\{step="${step}"\\} [1-9]`, 'm'),
      ),
      /^patchbay_call_duration_seconds_count\{method="tools\/call"\} [1-9]/m,
      /^patchbay_refusals_total\{code="api-keys\.invalid"\} [1-9]/m,
      /^patchbay_access_token_refusals_total\{reason="malformed"\} 1/m,
      /^patchbay_supervisor_up\{host="local"\} 1/m,
      /^patchbay_sandboxes\{host="local",state="live"\} [1-9]/m,
      /^patchbay_cold_calls_total [1-9]/m,
      /^patchbay_sandbox_cold_starts_total\{host="local"\} [1-9]/m,
      /^patchbay_sandbox_crashes_total\{host="local"\} 0/m,
      /^patchbay_calls_queued\{host="local"\} 0/m,
      /^patchbay_calls_in_flight 0/m,
      /^patchbay_cache_lookups_total\{cache="endpoints",outcome="hit"\} [1-9]/m,
      /^patchbay_cache_lookups_total\{cache="api_keys",outcome="hit"\} [1-9]/m,
      /^patchbay_cache_lookups_total\{cache="access_tokens",outcome="hit"\} [1-9]/m,
      /^patchbay_cache_lookups_total\{cache="grants",outcome="hit"\} [1-9]/m,
      /^patchbay_usage_events_dropped_total 0/m,
      /^patchbay_log_lines_dropped_total 0/m,
      /^patchbay_event_loop_delay_p99_seconds \d/m,
    ]) {
      expect(metrics).toMatch(line);
    }
  });

  it('a connector answers again after its gateway or supervisor was killed', async () => {
    await here.platform.processes.gateway.end('SIGKILL');
    await here.platform.processes.gateway.restart();
    expect(await markOf()).toBe('one');
    await here.platform.processes.supervisor?.end('SIGKILL');
    await here.platform.processes.supervisor?.restart();
    await waitFor(async () => (await markOf()) === 'one', {
      deadlineMs: 5_000,
      what: 'a sandbox on the new supervisor',
    });
  });
});
