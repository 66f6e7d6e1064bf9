import { afterAll, beforeAll, expect, it } from 'vitest';
import { deleteConnector, renameConnector, restoreConnector } from '../src/connectors/index.ts';
import { activate, rollBack } from '../src/deployments/index.ts';
import { loadNames } from '../src/joined-names/index.ts';
import { type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';

/** Two tools whose joined names are equal at a connector `git`, and at no other. */
const SHARING = [`${'x'.repeat(54)}0000584758`, `${'x'.repeat(54)}0001507784`];

let given: Given;
let organization: GivenOrganization;

beforeAll(async () => {
  given = await startGiven();
});
afterAll(() => given.close());

const inside = <T>(work: Parameters<typeof given.database.withOrganization<T>>[1]) =>
  given.database.withOrganization({ organizationId: organization.organizationId }, work);
const manifest = (tools: readonly string[], uris: readonly string[] = []) => ({
  tools: tools.map((name) => ({ name })),
  resources: uris.map((uri) => ({ uri, name: uri })),
});
const names = async () => (await inside(loadNames)).names.map(({ joined }) => joined).toSorted();
const owners = async () => (await inside(loadNames)).claims.map(({ uri, connectorId }) => [uri, connectorId]);

async function live(connectorId: string, described: object) {
  const { id: versionId } = await given.publishedVersion(organization, connectorId, described);
  return inside((tx) => activate(tx, SYSTEM, { connectorId, versionId, cause: 'activate' }));
}

it('holds a version whose tools would share a name, names the reason, and leaves the live one and its records', async () => {
  organization = await given.organization();
  const { id } = await given.connector(organization, 'git');
  await live(id, manifest(['search']));
  const held = await live(id, manifest(SHARING));
  expect(held).toMatchObject({ state: 'held', reasons: [{ code: 'name_shared' }] });
  expect(held.reasons[0]?.reason).toContain(SHARING[1]);
  expect(await names()).toEqual(['git__search']);
});

it('refuses a new slug of a connector under which two joined names would be equal', async () => {
  organization = await given.organization();
  const { id } = await given.connector(organization, 'hub');
  await live(id, manifest(SHARING));
  const before = await names();
  expect(before).toHaveLength(2);
  await expect(inside((tx) => renameConnector(tx, SYSTEM, id, 'git'))).rejects.toMatchObject({
    code: 'connectors.names_shared',
  });
  expect(await names()).toEqual(before);
});

it('holds a rollback to a version that shares names under the present slug', async () => {
  organization = await given.organization();
  const { id } = await given.connector(organization, 'hub');
  await live(id, manifest(SHARING));
  await live(id, manifest(['search']));
  await inside((tx) => renameConnector(tx, SYSTEM, id, 'git'));
  expect(await inside((tx) => rollBack(tx, SYSTEM, { connectorId: id }))).toMatchObject({
    state: 'held',
    reasons: [{ code: 'name_shared' }],
  });
  expect(await names()).toEqual(['git__search']);
});

it('joined names follow activation, rename, rollback, deletion and restoring of a connector', async () => {
  organization = await given.organization();
  const { id } = await given.connector(organization, 'git');
  await live(id, manifest(['one']));
  await live(id, manifest(['two']));
  expect(await names()).toEqual(['git__two']);
  await inside((tx) => renameConnector(tx, SYSTEM, id, 'hub'));
  expect(await names()).toEqual(['hub__two']);
  await inside((tx) => rollBack(tx, SYSTEM, { connectorId: id }));
  expect(await names()).toEqual(['hub__one']);
  await inside((tx) => deleteConnector(tx, SYSTEM, id));
  expect(await names()).toEqual([]);
  await inside((tx) => restoreConnector(tx, SYSTEM, id));
  expect(await names()).toEqual(['hub__one']);
});

it('a URI stays with the first connector that claims it, until that connector gives it up', async () => {
  organization = await given.organization();
  const [first, second] = [await given.connector(organization), await given.connector(organization)];
  await live(first.id, manifest(['a'], ['doc://a']));
  await live(second.id, manifest(['a'], ['doc://a']));
  await live(first.id, manifest(['b'], ['doc://a', 'doc://b']));
  expect(await owners()).toEqual([
    ['doc://a', first.id],
    ['doc://a', second.id],
    ['doc://b', first.id],
  ]);
  await live(first.id, manifest(['c']));
  expect(await owners()).toEqual([['doc://a', second.id]]);
});

it('records the joined names of a version that was activated without records by an earlier release', async () => {
  organization = await given.organization();
  const { id } = await given.connector(organization, 'git');
  await live(id, manifest(['search']));
  await given.superuser.query('DELETE FROM app.joined_names WHERE connector_id = $1', [id]);
  await given.superuser.query('UPDATE app.connectors SET names_recorded_for = NULL WHERE id = $1', [id]);
  expect(await names()).toEqual(['git__search']);
});
