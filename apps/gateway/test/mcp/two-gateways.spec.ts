import { listApiKeys, revokeApiKey } from '@patchbay/domain/api-keys';
import { fetchAt, hasSandboxes, redisMissing, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { legacyRequest, modernRequest } from '../edge-fixture.ts';
import { curiousVersion, eventsOf, RawClient, type SseEvent } from './sessions-fixture.ts';

const ELICITS = { elicitation: {} };
const answerTo = (question: SseEvent | undefined) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: question?.message?.id,
    result: { action: 'accept', content: { name: 'Ada' } },
  });
const CANCEL = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } });

async function untilQuestion(response: Response): Promise<{ question: SseEvent; rest: AsyncGenerator<SseEvent> }> {
  const rest = eventsOf(response);
  for (;;) {
    const { value, done } = await rest.next();
    if (done) throw new Error('the stream ended without a question');
    if (value.message?.method === 'elicitation/create') return { question: value, rest };
  }
}

async function textsOf(events: AsyncGenerator<SseEvent>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { message } of events) texts.push(JSON.stringify(message));
  return texts;
}

/** The same for every carrier of messages between gateways. */
function serveTogether(carrier: string, redis: boolean) {
  const missing = redis ? redisMissing() : null;
  const isAble = hasSandboxes() && missing === null;
  const { describe, it } = skipUnless(isAble, missing ?? 'bubblewrap or user namespaces are missing');

  describe(`two gateways with pub/sub through ${carrier}`, () => {
    const fixture = withPlatform({ when: isAble, redis }, async (platform) => {
      const acme = await platform.given.organization('acme');
      await platform.given.live(acme, 'curious', curiousVersion('one'));
      return { acme, other: await platform.startGateway(), key: await platform.given.apiKey(acme) };
    });

    const here = () => new RawClient(`${fixture.platform.origin}/acme/curious/mcp`, fixture.key);
    /** The same session, at the other gateway. */
    const there = ({ id }: RawClient) => {
      const client = new RawClient(
        `${fixture.other.address}/acme/curious/mcp`,
        fixture.key,
        new URL(fixture.platform.origin).host,
      );
      client.id = id;
      return client;
    };

    it('a call at one gateway ends when its cancellation or its session’s end comes to the other', async () => {
      for (const end of [(client: RawClient) => client.post(CANCEL), (client: RawClient) => client.send('DELETE')]) {
        const client = await here().initialize(ELICITS);
        const parked = await untilQuestion(await client.call('name'));
        expect((await end(there(client))).ok).toBe(true);
        expect((await textsOf(parked.rest)).join()).toContain('mcp.cancelled');
      }
    });

    it('a session of one gateway continues at the other: an input response, then the next call', async () => {
      const client = await here().initialize(ELICITS);
      const parked = await untilQuestion(await client.call('name'));
      expect((await there(client).post(answerTo(parked.question))).status).toBe(202);
      expect((await textsOf(parked.rest)).join()).toContain('one accept Ada');
      expect(await (await there(client).call('say')).text()).toContain('done');
    });

    it('a GET stream at one gateway takes over that of its session at the other', async () => {
      const client = await here().initialize();
      const first = textsOf(eventsOf(await client.send('GET')));
      const second = await there(client).send('GET');
      expect(await first).toEqual(['null']);
      await second.body?.cancel();
    });

    const post = (address: string, key: string, request: ReturnType<typeof modernRequest>, signal?: AbortSignal) =>
      fetchAt(`${address}/acme/mcp`, {
        method: 'POST',
        body: request.body,
        headers: { ...request.headers, authorization: `Bearer ${key}`, host: new URL(fixture.platform.origin).host },
        ...(signal && { signal }),
      });
    /** The events of an acknowledged stream of changes. */
    async function listenAt(address: string, key: string, signal?: AbortSignal): Promise<AsyncGenerator<SseEvent>> {
      const request = modernRequest('subscriptions/listen', { notifications: { toolsListChanged: true } });
      const events = eventsOf(await post(address, key, request, signal));
      expect((await events.next()).value.message).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
      return events;
    }

    it('every gateway refuses a revoked key, from the end of the key’s streams on', async () => {
      const addresses = [fixture.platform.origin, fixture.other.address];
      const key = await fixture.platform.given.apiKey(fixture.acme);
      const streams = await Promise.all(addresses.map((address) => listenAt(address, key)));
      await fixture.platform.given.database.withOrganization({ organizationId: fixture.acme.id }, async (tx) => {
        const [newest] = (await listApiKeys(tx, { limit: 1 })).items;
        if (newest) await revokeApiKey(tx, fixture.acme.owner.actor, newest.id);
      });
      for (const events of streams) {
        expect((await events.next()).value.message).toMatchObject({ error: { data: { code: 'api-keys.invalid' } } });
      }
      const answers = await Promise.all(addresses.map((address) => post(address, key, modernRequest('tools/list'))));
      expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    });

    it('a gateway delivers the changes that a connector publishes at another gateway', async () => {
      const hangUp = new AbortController();
      const events = await listenAt(fixture.other.address, fixture.key, hangUp.signal);
      await (await here().post(legacyRequest('tools/call', { name: 'announce', arguments: {} }).body)).text();
      expect((await events.next()).value.message).toMatchObject({ method: 'notifications/tools/list_changed' });
      hangUp.abort();
    });

    it('a call is reported lost when its gateway is killed, and the session continues at the other', async () => {
      const client = await here().initialize(ELICITS);
      const parked = await untilQuestion(await client.call('name'));
      await fixture.platform.processes.gateway.end('SIGKILL');
      const survivor = there(client);
      const resumed = await survivor.send('GET', { 'last-event-id': parked.question.id ?? '' });
      expect((await textsOf(eventsOf(resumed))).at(-1)).toContain('mcp.call_lost');
      expect(await (await survivor.call('say')).text()).toContain('done');
      await fixture.platform.processes.gateway.restart();
      await waitFor(async () => (await (await client.call('say')).text()).includes('done'), {
        what: 'the restarted one',
      });
    }, 60_000);
  });
}

serveTogether('the relay of PostgreSQL', false);
serveTogether('Redis', true);
