import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createConnector,
  deleteConnector,
  getConnectorBySlug,
  renameConnector,
  restoreConnector,
} from '../src/connectors/index.ts';
import { purgeExpired } from '../src/purge/index.ts';
import { type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';

const VAULT = { destroyKeys: async () => {} } as unknown as Parameters<typeof purgeExpired>[1]; // purge only asks it for that

let given: Given;
let ours: GivenOrganization;
beforeAll(async () => {
  given = await startGiven();
  ours = await given.organization({ slug: 'acme' });
});
afterAll(() => given.close());

const create = (slug: string) => given.database.withOrganization(ours, (tx) => createConnector(tx, SYSTEM, { slug }));

describe('a connector slug', () => {
  it.each([
    ['a', 'connectors.slug_invalid'],
    ['a'.repeat(33), 'connectors.slug_invalid'],
    ['-ab', 'connectors.slug_invalid'],
    ['ab-', 'connectors.slug_invalid'],
    ['a--b', 'connectors.slug_invalid'],
    ['Ab', 'connectors.slug_invalid'],
    ['wetter-ö', 'connectors.slug_invalid'],
    ['mcp', 'connectors.slug_reserved'],
    ['connect', 'connectors.slug_reserved'],
    ['settings', 'connectors.slug_reserved'],
  ])('the connector slug %s is refused (%s)', async (slug, code) => {
    await expect(create(slug)).rejects.toMatchObject({ code });
  });

  it('a slug is refused while taken, and permanently after its connector was deleted, renamed or purged', async () => {
    const first = await create('weather');
    await expect(create('weather')).rejects.toMatchObject({ code: 'connectors.slug_taken' });
    await given.database.withOrganization(ours, (tx) => renameConnector(tx, SYSTEM, first.id, 'forecast'));
    await expect(create('weather')).rejects.toMatchObject({ code: 'connectors.slug_retired' });
    await given.database.withOrganization(ours, (tx) => deleteConnector(tx, SYSTEM, first.id));
    await expect(create('forecast')).rejects.toMatchObject({ code: 'connectors.slug_retired' });
    await given.superuser.query('UPDATE app.connectors SET purge_after = now() WHERE id = $1', [first.id]);
    expect(await purgeExpired(given.database, VAULT)).toMatchObject({ connectors: 1 });
    for (const slug of ['weather', 'forecast']) {
      await expect(create(slug)).rejects.toMatchObject({ code: 'connectors.slug_retired' });
    }
  });

  it('a connector slug goes to exactly one of several simultaneous requests', async () => {
    const results = await Promise.allSettled([create('raced'), create('raced'), create('raced')]);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  it('an old slug stays an alias of the renamed connector, which may take it back', async () => {
    const { id } = await create('old-name');
    const found = await given.database.withOrganization(ours, async (tx) => {
      await renameConnector(tx, SYSTEM, id, 'new-name');
      return getConnectorBySlug(tx, 'old-name');
    });
    expect(found).toMatchObject({ id, slug: 'new-name' });
    expect(await given.database.lookups.findEndpoint('ACME', 'old-name')).toMatchObject({ connectorId: id });
    const back = await given.database.withOrganization(ours, (tx) => renameConnector(tx, SYSTEM, id, 'old-name'));
    expect(back.slug).toBe('old-name');
  });

  it('a slug has no endpoint while its connector is deleted, and has it again after the restoring', async () => {
    const { id } = await create('comes-back');
    await given.database.withOrganization(ours, (tx) => deleteConnector(tx, SYSTEM, id));
    expect(await given.database.lookups.findEndpoint('acme', 'comes-back')).toBeNull();
    await given.database.withOrganization(ours, (tx) => restoreConnector(tx, SYSTEM, id));
    expect(await given.database.lookups.findEndpoint('acme', 'comes-back')).toMatchObject({ connectorId: id });
  });
});

describe('an organization slug', () => {
  const insert = (slug: string) => given.organization({ slug });

  it.each(['a', 'A-b', 'a--b', '-a'])('the database itself refuses the organization slug %s', async (slug) => {
    await expect(insert(slug)).rejects.toThrow(/organizations_slug_form/);
  });

  it('an organization slug is never reassigned, not after a rename and not after a deletion', async () => {
    const { organizationId } = await insert('first-name');
    await given.auth.query("UPDATE identity.organizations SET slug = 'second-name' WHERE id = $1", [organizationId]);
    await expect(insert('first-name')).rejects.toThrow(/slugs\.retired/);
    expect(await given.database.lookups.findOrganization('first-name')).toEqual({ organizationId });
    await given.auth.query('DELETE FROM identity.organizations WHERE id = $1', [organizationId]);
    for (const slug of ['first-name', 'second-name']) await expect(insert(slug)).rejects.toThrow(/slugs\.retired/);
  });
});
