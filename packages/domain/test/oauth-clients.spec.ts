import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createOAuthClient,
  disableOAuthClient,
  findOAuthClient,
  listOAuthClients,
  rotateOAuthClientSecret,
} from '../src/oauth-clients/index.ts';
import { type Given, type GivenOrganization, startGiven } from './given.ts';

const CALLBACK = 'https://claude.ai/api/mcp/auth_callback';

let given: Given;
let ours: GivenOrganization;
let theirs: GivenOrganization;

beforeAll(async () => {
  given = await startGiven();
  [ours, theirs] = [await given.organization(), await given.organization()];
});
afterAll(() => given.close());

const inside = <T>(work: Parameters<typeof given.database.withOrganization<T>>[1], organization = ours) =>
  given.database.withOrganization(organization, work);
const create = (organization = ours) =>
  inside((tx) => createOAuthClient(tx, organization.actor, { name: 'Claude', redirectUris: [CALLBACK] }), organization);

describe('an OAuth client of an organization', () => {
  it('an OAuth client of another organization is neither listed nor changed', async () => {
    const { id } = await create(theirs);
    expect((await inside(listOAuthClients)).map((client) => client.id)).not.toContain(id);
    for (const change of [rotateOAuthClientSecret, disableOAuthClient]) {
      await expect(inside((tx) => change(tx, ours.actor, { id, keepPrevious: true }))).rejects.toMatchObject({
        code: 'oauth.client_not_found',
      });
    }
  });

  it('an organization makes no more OAuth clients than the limit, and more when one was disabled', async () => {
    const organization = await given.organization();
    await given.superuser.query(
      `INSERT INTO app.oauth_clients (organization_id, id, name, redirect_uris, created_by)
       SELECT $1, 'ocl_' || lpad(n::text, 26, '0'), 'n', '{}', '{}' FROM generate_series(1, 50) AS n`,
      [organization.organizationId],
    );
    await expect(create(organization)).rejects.toMatchObject({ code: 'oauth.too_many_clients' });
    const id = `ocl_${'1'.padStart(26, '0')}`;
    await inside((tx) => disableOAuthClient(tx, organization.actor, { id }), organization);
    expect(await create(organization)).toMatchObject({ secretGeneration: 1, disabledAt: null });
  });

  it('an OAuth client is found by its id alone until it is disabled, with the present generation of its secret', async () => {
    const { id } = await create();
    expect(await findOAuthClient(given.database, 'dcr_other')).toBeNull();
    await inside((tx) => rotateOAuthClientSecret(tx, ours.actor, { id, keepPrevious: false }));
    expect(await findOAuthClient(given.database, id)).toMatchObject({
      organizationId: ours.organizationId,
      redirectUris: [CALLBACK],
      secretGeneration: 2,
      previousSecretUntil: null,
    });
    const rotated = await inside((tx) => rotateOAuthClientSecret(tx, ours.actor, { id, keepPrevious: true }));
    expect(rotated.previousSecretUntil?.getTime()).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    await inside((tx) => disableOAuthClient(tx, ours.actor, { id }));
    expect(await findOAuthClient(given.database, id)).toBeNull();
    await expect(
      inside((tx) => rotateOAuthClientSecret(tx, ours.actor, { id, keepPrevious: false })),
    ).rejects.toMatchObject({
      code: 'oauth.client_not_found',
    });
  });
});
