import { readFile } from 'node:fs/promises';
import { echoVersion, hasSandboxes, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { modernRequest } from '../edge-fixture.ts';
import { readHealth } from './read-health.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

const here = withPlatform({ databaseLine: true }, async ({ given }) => {
  const acme = await given.organization('acme');
  const echo = await given.live(acme, 'echo', echoVersion('one'));
  await given.live(acme, 'cold', echoVersion('cold'));
  return { acme, echo, key: await given.apiKey(acme) };
});

const mark = (connector = 'echo', credential = here.key) => {
  const request = modernRequest('tools/call', { name: 'mark', arguments: {} });
  const headers = { ...request.headers, authorization: `Bearer ${credential}` };
  return fetch(`${here.platform.origin}/acme/${connector}/mcp`, { method: 'POST', body: request.body, headers });
};
/** The tool's text, or the complete answer where there is none. */
const textOf = async (response: Response) => {
  const answer = (await response.json()) as { result?: { content: { text: string }[] } };
  return answer.result?.content[0]?.text ?? JSON.stringify(answer);
};

describe('a gateway whose database is away', () => {
  it('a gateway that starts without its database waits, reports it, and answers when it is reachable', async () => {
    const { gateway } = here.platform.processes;
    await gateway.end();
    here.platform.databaseLine?.refuse();
    const started = gateway.restart();
    const health = await waitFor(() => readHealth(here.platform), {
      deadlineMs: 15_000,
      what: 'the internal listener',
    });
    expect(health).toMatchObject({ status: 503, state: 'down', checks: { database: { state: 'down' } } });
    expect(health.checks.database?.reasons[0]).toMatch(/database/);
    await expect(mark()).rejects.toThrow();
    await waitFor(async () => (await readFile(gateway.logFile, 'utf8')).includes('the database does not answer'));
    here.platform.databaseLine?.mend();
    await started;
    expect(await textOf(await mark())).toBe('one');
    expect(await readHealth(here.platform)).toMatchObject({ status: 200, state: expect.not.stringMatching('down') });
  });

  // Before any change: a change received just before the connection goes silent makes its connector unknown, rightly.
  it('a warm call is answered within seconds while the database is silent instead of refusing', async () => {
    expect(await textOf(await mark())).toBe('one');
    here.platform.databaseLine?.cut();
    try {
      await waitFor(async () => (await readHealth(here.platform)).checks.changes?.state === 'degraded', {
        deadlineMs: 30_000,
        what: 'the missed heartbeat',
      });
      const startedAt = performance.now();
      expect(await textOf(await mark())).toBe('one');
      // Far below the time after which a silent connection ends by itself.
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect(await textOf(await mark())).toBe('one');
    } finally {
      here.platform.databaseLine?.mend();
    }
    await waitFor(async () => (await readHealth(here.platform)).state !== 'down', { what: 'the gateway to recover' });
  });

  it('a gateway that loses its database continues with cached data, refuses the rest, and recovers', async () => {
    const { given } = here.platform;
    const { token } = await given.accessToken(here.echo);
    const unseen = await given.accessToken(here.echo, { clientId: 'unseen' });
    // News of a change makes what it names unknown, rightly. Changes arrive in their order: when the last one has come,
    // none is on its way, and what is loaded from then on stays.
    await waitFor(async () => (await readHealth(here.platform)).checks.changes?.state === 'ok', {
      what: 'the feed of changes to be connected again',
    });
    await given.publishedVersion(here.echo, echoVersion('last'));
    await waitFor(async () => (await textOf(await mark())) === 'last', { what: 'the news of the last change' });
    for (const credential of [here.key, token]) expect(await textOf(await mark('echo', credential))).toBe('last');
    here.platform.databaseLine?.refuse();
    await waitFor(async () => (await readHealth(here.platform)).state === 'down', { what: 'health to notice' });
    for (let call = 0; call < 5; call += 1) {
      expect(await textOf(await mark('echo', call % 2 === 0 ? here.key : token))).toBe('last');
    }
    for (const unknown of [await mark('cold'), await mark('echo', unseen.token)]) {
      expect([unknown.status, unknown.headers.get('retry-after')]).toEqual([503, '2']);
      expect(await unknown.json()).toMatchObject({ error: { data: { code: 'data.unavailable' } } });
    }
    expect((await readHealth(here.platform)).checks).toMatchObject({
      database: { state: 'down' },
      changes: { state: 'degraded', reasons: [expect.stringMatching(/^not connected; last complete \d+ ms ago$/)] },
    });

    here.platform.databaseLine?.mend();
    await waitFor(async () => (await readHealth(here.platform)).state !== 'down', { what: 'the gateway to recover' });
    expect(await textOf(await mark('cold'))).toBe('cold');
    await here.platform.given.publishedVersion(here.echo, echoVersion('two'));
    await waitFor(async () => (await textOf(await mark())) === 'two', { what: 'a change after the gap' });
  });
});
