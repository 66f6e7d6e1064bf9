import { revokeApiKey } from '@patchbay/domain/api-keys';
import { deleteConnector } from '@patchbay/domain/connectors';
import { type GivenConnector, type GivenPerson, hasSandboxes, skipUnless, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { modernRequest } from '../edge-fixture.ts';
import { curiousVersion, eventsOf, RawClient } from './sessions-fixture.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

/** Within this the streams are closed when nothing disturbs; a busy machine gets more. Milliseconds. */
const CLOSED_WITHIN_MS = 2_000 * 4;

const here = withPlatform({ shared: true }, async ({ given }) => {
  const acme = await given.organization('stream-leases');
  // One that stays, so that the organization's URL keeps serving without the other.
  await given.live(acme, 'steady', curiousVersion('steady'));
  return { acme };
});

interface Caller {
  readonly member: GivenPerson;
  readonly key: string;
  readonly connector: GivenConnector;
}

let counter = 0;
async function givenCaller(): Promise<Caller> {
  counter += 1;
  const connector = await here.platform.given.connector(here.acme, `curious-${counter}`);
  await here.platform.given.publishedVersion(connector, curiousVersion('one'));
  const member = await here.platform.given.member(here.acme, 'member');
  return { connector, member, key: await here.platform.given.apiKey(here.acme, member) };
}

const inside = <T>(work: Parameters<typeof here.platform.given.database.withOrganization<T>>[1]) =>
  here.platform.given.database.withOrganization({ organizationId: here.acme.id }, work);

/** Ways to lose what a stream lives on. */
const LOSSES = {
  'the member is removed': async ({ member }: Caller) => {
    await here.platform.superuser.query('DELETE FROM identity.members WHERE person_id = $1', [member.id]);
  },
  'the key is revoked': async ({ key }: Caller) => {
    const { rows } = await here.platform.superuser.query<{ id: string }>(
      'SELECT id FROM app.api_keys WHERE hash = sha256($1)',
      [key],
    );
    await inside((tx) => revokeApiKey(tx, here.acme.owner.actor, rows[0]?.id ?? ''));
  },
  'the connector is deleted': async ({ connector }: Caller) => {
    await inside((tx) => deleteConnector(tx, here.acme.owner.actor, connector.id));
  },
};

/** The text of a stream after its beginning, once it has ended. */
function restOf(response: Response): Promise<string> {
  return response.text().catch(() => 'cut');
}

async function listen(url: string, key: string): Promise<Response> {
  const { headers, body } = modernRequest('subscriptions/listen', { notifications: { toolsListChanged: true } });
  return fetch(url, { method: 'POST', body, headers: { ...headers, authorization: `Bearer ${key}` } });
}

/** Every kind of stream a caller can have at a URL, open. */
async function openAll(url: string, tool: string, key: string): Promise<Record<string, Response>> {
  const client = () => new RawClient(url, key).initialize({ elicitation: {} });
  const [first, second, third] = [await client(), await client(), await client()];
  const answer = await second.call(tool);
  const cut = new AbortController();
  const lost = eventsOf(await third.call(tool, cut.signal));
  const priming = (await lost.next()).value;
  cut.abort();
  return {
    listen: await listen(url, key),
    'session GET': await first.send('GET'),
    'answer of a call': answer,
    'replay of a call': await third.send('GET', { 'last-event-id': priming?.id ?? '' }),
  };
}

describe('every open stream', () => {
  for (const [what, lose] of Object.entries(LOSSES)) {
    it(`every open stream ends with a reason when ${what}`, async () => {
      const caller = await givenCaller();
      const streams = await openAll(
        `${here.platform.origin}/stream-leases/${caller.connector.slug}/mcp`,
        'name',
        caller.key,
      );
      for (const [kind, { status }] of Object.entries(streams)) expect([kind, status]).toEqual([kind, 200]);
      const texts = Object.entries(streams).map(async ([kind, response]) => [kind, await restOf(response)] as const);
      const startedAtMs = performance.now();
      await lose(caller);
      for (const [kind, text] of await Promise.all(texts)) {
        expect([kind, text]).toEqual([kind, expect.stringMatching(/api-keys\.|mcp\.endpoint_not_found|auth\./)]);
      }
      expect(performance.now() - startedAtMs).toBeLessThan(CLOSED_WITHIN_MS);
    }, 30_000);
  }

  it('a stream at the organization’s URL outlives a deleted connector, and calls of it end', async () => {
    const caller = await givenCaller();
    const url = `${here.platform.origin}/stream-leases/mcp`;
    const streams = await openAll(url, `${caller.connector.slug}__name`, caller.key);
    const heard = eventsOf(streams.listen as Response); // opened above
    expect((await heard.next()).value.message.method).toBe('notifications/subscriptions/acknowledged');
    await LOSSES['the connector is deleted'](caller);
    expect((await heard.next()).value.message.method).toBe('notifications/tools/list_changed');
    for (const kind of ['answer of a call', 'replay of a call']) {
      expect(await restOf(streams[kind] as Response)).toContain('mcp.endpoint_not_found'); // opened above
    }
    await LOSSES['the key is revoked'](caller);
    expect((await heard.next()).value.message.error.data.code).toBe('api-keys.invalid');
    expect(await restOf(streams['session GET'] as Response)).toContain('api-keys.invalid'); // opened above
  });
});
