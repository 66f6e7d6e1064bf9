import type { AddressInfo } from 'node:net';
import { revokeApiKey } from '@patchbay/domain/api-keys';
import { fetchAt } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type SignedIn } from './given.ts';

/** Within this the streams are closed when nothing disturbs; a busy machine gets more. Milliseconds. */
const CLOSED_WITHIN_MS = 2_000 * 4;
const BASE = '/organizations/acme/connectors';

let installation: Installation;
let owner: SignedIn & { organizationId: string };

beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
  await installation.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => installation.close());

let counter = 0;
/** A connector with a version that is never deployed, so that following it never ends by itself. */
async function givenConnector(): Promise<string> {
  counter += 1;
  const slug = `followed-${counter}`;
  const headers = { 'content-type': 'application/gzip' };
  const as = await installation.key(owner, { kind: 'deploy' });
  const path = `${BASE}/${slug}/versions?create=true`;
  await installation.call('POST', path, { as, headers, payload: Buffer.from('no archive') });
  return slug;
}

/** Both kinds of streams of the admin API, open. */
function openAll(slug: string, as: SignedIn | string): Promise<Response[]> {
  const { port } = installation.app.server.address() as AddressInfo; // a TCP server has an address
  const headers = {
    host: 'localhost:4000',
    ...(typeof as === 'string'
      ? { authorization: `Bearer ${as}` }
      : { cookie: as.cookie, 'sec-fetch-site': 'same-origin' }),
  };
  const paths = [`${slug}/logs/events`, `${slug}/versions/1/events`];
  return Promise.all(paths.map((path) => fetchAt(`http://127.0.0.1:${port}/api/v1${BASE}/${path}`, { headers })));
}

async function remove(path: string): Promise<void> {
  expect((await installation.call('DELETE', path, { as: owner })).status).toBeLessThan(300);
}

async function expectEnd(streams: readonly Response[], reason: RegExp, lose: () => Promise<unknown>): Promise<void> {
  expect(streams.map(({ status }) => status)).toEqual([200, 200]);
  const texts = streams.map((stream) => stream.text());
  const startedAtMs = performance.now();
  await lose();
  for (const text of await Promise.all(texts)) expect(text.split('event: ended').at(-1)).toMatch(reason);
  expect(performance.now() - startedAtMs).toBeLessThan(CLOSED_WITHIN_MS);
}

describe('streams of the admin API', () => {
  it('streams of the admin API end with a reason when their person leaves the organization', async () => {
    const slug = await givenConnector();
    const person = await installation.join(owner, 'developer', 'leaver');
    const { body } = await installation.call('GET', '/organizations/acme/members', { as: owner });
    const member = body.items.find(
      (one: { person: { email: string } }) => one.person.email === 'leaver@people.example',
    );
    await expectEnd(await openAll(slug, person), /"code":"/, () => remove(`/organizations/acme/members/${member.id}`));
  });

  it('streams of the admin API end with a reason when their key is revoked', async () => {
    const slug = await givenConnector();
    const key = await installation.key(owner, { name: 'to be revoked' });
    const actor = { kind: 'person', personId: owner.personId } as const;
    await expectEnd(await openAll(slug, key), /api-keys\.|auth\./, () =>
      installation.database.withOrganization(owner, async (tx) => {
        const row = await tx.prisma.apiKey.findFirstOrThrow({ where: { name: 'to be revoked' } });
        return revokeApiKey(tx, actor, row.id);
      }),
    );
  });

  it('streams of the admin API end with a reason when their connector is deleted', async () => {
    const slug = await givenConnector();
    await expectEnd(await openAll(slug, owner), /connectors\.not_found/, () => remove(`${BASE}/${slug}`));
  });
});

describe('a key in an address', () => {
  it('a key in an address is refused, whatever the address is of, and revoked', async () => {
    for (const path of ['/organizations/acme/connectors', '/nothing', '/-/setup']) {
      const key = await installation.key(owner, { name: `exposed ${path}` });
      const answer = await installation.call('GET', `${path}?token=${key}`, { as: owner });
      expect([path, answer.status, answer.body.code]).toEqual([path, 400, 'edge.token_in_url']);
      const stored = () =>
        installation.database.withOrganization(owner, (tx) =>
          tx.prisma.apiKey.findFirstOrThrow({ where: { name: `exposed ${path}` } }),
        );
      await expect.poll(async () => (await stored()).revokedAt).toBeInstanceOf(Date);
    }
  });

  it('an unknown key and an access token in an address are refused', async () => {
    for (const query of [`key=pbk_mcp_${'a'.repeat(43)}123456`, 'access_token=anything']) {
      expect((await installation.call('GET', `/nothing?${query}`)).body.code).toBe('edge.token_in_url');
    }
  });
});
