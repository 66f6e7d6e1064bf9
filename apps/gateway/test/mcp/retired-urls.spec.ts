/** A URL is never reassigned, at the gateway as it runs: every way to lose a name, and every key that knew it. */

import { createApiKey } from '@patchbay/domain/api-keys';
import { deleteConnector, renameConnector, restoreConnector } from '@patchbay/domain/connectors';
import { ALL_PERMISSIONS, deleteOrganization, restoreOrganization } from '@patchbay/domain/organizations';
import { purgeExpired } from '@patchbay/domain/purge';
import { echoVersion, type GivenConnector, type GivenOrganization, waitFor, withPlatform } from '@patchbay/testing';
import { describe, expect, it } from 'vitest';
import { modernRequest } from '../edge-fixture.ts';

const VAULT = { destroyKeys: async () => {} } as unknown as Parameters<typeof purgeExpired>[1]; // purge only asks it for that

// Lists are answered from the manifest: nothing here needs a sandbox.
const here = withPlatform({ supervisor: false }, async ({ given }) => ({
  acme: await given.organization('acme'),
  stranger: await given.organization('stranger'),
}));

const inside = <T>(
  organization: GivenOrganization,
  work: Parameters<typeof here.platform.given.database.withOrganization<T>>[1],
) => here.platform.given.database.withOrganization({ organizationId: organization.id }, work);

async function live(slug: string, organization = here.acme): Promise<GivenConnector> {
  const connector = await here.platform.given.connector(organization, slug);
  await here.platform.given.publishedVersion(connector, echoVersion(slug));
  return connector;
}

/** A key that lists one connector, by id as every key does. */
const keyFor = ({ organization, id }: GivenConnector) =>
  inside(organization, async (tx) => {
    const { secret } = await createApiKey(
      tx,
      organization.owner.actor,
      { kind: 'mcp', name: 'k', connectorIds: [id], expiresAt: new Date(Date.now() + 86_400_000) },
      { permissions: new Set(ALL_PERMISSIONS) },
    );
    return secret.reveal();
  });

async function answerOf(path: string, key: string): Promise<number> {
  const request = modernRequest('tools/list');
  const headers = { ...request.headers, authorization: `Bearer ${key}` };
  const response = await fetch(new URL(`${path}/mcp`, here.platform.origin), {
    method: 'POST',
    headers,
    body: request.body,
  });
  await response.arrayBuffer();
  return response.status;
}
const answers = (path: string, key: string, status: number) =>
  waitFor(async () => (await answerOf(path, key)) === status, { deadlineMs: 3_000, what: `${status} at ${path}` });

describe('a connector’s URL', () => {
  it('a connector’s URL answers its keys by all its names, which no other connector gets', async () => {
    const connector = await live('weather');
    const key = await keyFor(connector);
    await answers('/acme/weather', key, 200);
    await inside(here.acme, (tx) => renameConnector(tx, here.acme.owner.actor, connector.id, 'forecast'));
    await answers('/acme/forecast', key, 200);
    await answers('/acme/weather', key, 200);
    for (const slug of ['weather', 'forecast']) {
      await expect(here.platform.given.connector(here.acme, slug)).rejects.toMatchObject({
        code: expect.stringMatching(/^connectors\.slug_(retired|taken)$/),
      });
    }
  });

  it('a connector’s URL answers nothing once deleted, its key once restored, and nothing once purged', async () => {
    const connector = await live('tides');
    const key = await keyFor(connector);
    const everyConnector = await here.platform.given.apiKey(here.acme);
    await answers('/acme/tides', key, 200);
    await inside(here.acme, (tx) => deleteConnector(tx, here.acme.owner.actor, connector.id));
    await answers('/acme/tides', key, 404);
    expect(await answerOf('/acme/tides', everyConnector)).toBe(404);
    expect(await answerOf('/acme/tides@1', everyConnector)).toBe(404);
    await inside(here.acme, (tx) => restoreConnector(tx, here.acme.owner.actor, connector.id));
    await answers('/acme/tides', key, 200);
    await inside(here.acme, (tx) => deleteConnector(tx, here.acme.owner.actor, connector.id));
    await here.platform.superuser.query('UPDATE app.connectors SET purge_after = now() WHERE id = $1', [connector.id]);
    expect(await purgeExpired(here.platform.given.database, VAULT)).toMatchObject({ connectors: 1 });
    await expect(here.platform.given.connector(here.acme, 'tides')).rejects.toMatchObject({
      code: 'connectors.slug_retired',
    });
    await answers('/acme/tides', key, 404);
  });

  it('a reassigned URL refuses keys of the connector and organization that had it before', async () => {
    const before = await live('moon');
    const key = await keyFor(before);
    await answers('/acme/moon', key, 200);
    // Nothing of ours can do this: the slug is taken from the registry by hand, as no role of the platform may.
    await inside(here.acme, (tx) => renameConnector(tx, here.acme.owner.actor, before.id, 'moon-before'));
    await here.platform.superuser.query(`DELETE FROM app.connector_slugs WHERE connector_id = $1 AND slug = 'moon'`, [
      before.id,
    ]);
    const after = await live('moon');
    const keyOfAfter = await keyFor(after);
    await answers('/acme/moon', keyOfAfter, 200);
    await answers('/acme/moon', key, 403);

    const other = await live('sun', here.stranger);
    await answers('/stranger/sun', await keyFor(other), 200);
    // The same URL text, known to a key of acme only: its organization decides, not the address.
    expect(await answerOf('/stranger/sun', await here.platform.given.apiKey(here.acme))).toBe(401);
  });
});

describe('an organization’s URL', () => {
  it('an organization’s old URL answers after a rename, and stops with the organization', async () => {
    const organization = await here.platform.given.organization('first-name');
    const connector = await live('echo', organization);
    const key = await keyFor(connector);
    await answers('/first-name/echo', key, 200);
    // As better-auth writes; the platform's trigger publishes the change.
    await here.platform.superuser.query(`UPDATE identity.organizations SET slug = 'second-name' WHERE id = $1`, [
      organization.id,
    ]);
    await answers('/second-name/echo', key, 200);
    await answers('/first-name/echo', key, 200);
    await expect(here.platform.given.organization('first-name')).rejects.toThrow('slugs.retired');

    await inside(organization, (tx) => deleteOrganization(tx, organization.owner.actor));
    for (const slug of ['first-name', 'second-name']) {
      await waitFor(async () => [401, 404].includes(await answerOf(`/${slug}/echo`, key)), {
        deadlineMs: 3_000,
        what: slug,
      });
    }
    await inside(organization, (tx) => restoreOrganization(tx, organization.owner.actor));
    await answers('/second-name/echo', key, 200);

    await inside(organization, (tx) => deleteOrganization(tx, organization.owner.actor));
    await here.platform.superuser.query(
      'UPDATE app.organization_deletions SET purge_after = now() WHERE organization_id = $1',
      [organization.id],
    );
    expect(await purgeExpired(here.platform.given.database, VAULT)).toMatchObject({ organizations: 1 });
    for (const slug of ['first-name', 'second-name']) {
      await expect(here.platform.given.organization(slug)).rejects.toThrow('slugs.retired');
      await waitFor(async () => [401, 404].includes(await answerOf(`/${slug}/echo`, key)), {
        deadlineMs: 3_000,
        what: slug,
      });
    }
  });
});

describe('a key of another kind', () => {
  it.each(['deploy', 'admin'] as const)(
    'a key of kind %s opens no hosted URL and no preview URL, also at a public connector',
    async (kind) => {
      const connector = await here.platform.given.connector(here.acme, `open-${kind}`, 'none');
      await here.platform.given.publishedVersion(connector, echoVersion('open'));
      const key = await here.platform.given.apiKey(here.acme, here.acme.owner, kind);
      await waitFor(
        async () => (await answerOf(`/acme/open-${kind}`, await here.platform.given.apiKey(here.acme))) === 200,
      );
      expect(await answerOf(`/acme/open-${kind}`, key)).toBe(403);
      expect(await answerOf(`/acme/open-${kind}@1`, key)).toBe(403);
    },
  );
});
