import { newId } from '@patchbay/foundation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { revokeApiKey } from '../src/api-keys/index.ts';
import { type Connector, listConnectors, restoreConnector } from '../src/connectors/index.ts';
import { activate, rollBack } from '../src/deployments/index.ts';
import { restoreOrganization } from '../src/organizations/index.ts';
import { deleteSecret } from '../src/secrets/index.ts';
import { getVersion } from '../src/versions/index.ts';
import { type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';

let given: Given;
let ours: GivenOrganization;
let connector: Connector;
beforeAll(async () => {
  given = await startGiven();
  ours = await given.organization();
  connector = await given.connector(ours);
});
afterAll(() => given.close());

const inside = <T>(work: Parameters<typeof given.database.withOrganization<T>>[1]) =>
  given.database.withOrganization(ours, work);

describe('a change of what is not so', () => {
  it('refuses to restore a connector or an organization that was never deleted', async () => {
    await expect(inside((tx) => restoreConnector(tx, SYSTEM, connector.id))).rejects.toMatchObject({
      code: 'connectors.not_deleted',
    });
    await expect(inside((tx) => restoreOrganization(tx, SYSTEM))).rejects.toMatchObject({
      code: 'organizations.not_deleted',
    });
  });

  it('refuses to roll back from another version than the live one', async () => {
    const version = await given.publishedVersion(ours, connector.id);
    await inside((tx) => activate(tx, SYSTEM, { connectorId: connector.id, versionId: version.id, cause: 'activate' }));
    const from = newId('version');
    await expect(inside((tx) => rollBack(tx, SYSTEM, { connectorId: connector.id, from }))).rejects.toMatchObject({
      code: 'deployments.live_changed',
    });
  });

  it('refuses to change or read an API key, a secret or a version that does not exist', async () => {
    await expect(inside((tx) => revokeApiKey(tx, SYSTEM, newId('apiKey')))).rejects.toMatchObject({
      code: 'api-keys.not_found',
    });
    await expect(
      inside((tx) => deleteSecret(tx, SYSTEM, { connectorId: connector.id, name: 'NONE' })),
    ).rejects.toMatchObject({ code: 'secrets.not_found' });
    await expect(inside((tx) => getVersion(tx, newId('version')))).rejects.toMatchObject({
      code: 'versions.not_found',
    });
  });
});

describe('a cursor', () => {
  it.each([
    'x',
    Buffer.from('2026-11-26T10:00:00Z').toString('base64url'),
    Buffer.from('no time').toString('base64url'),
  ])('a cursor that was not issued by the API is refused: %s', async (cursor) => {
    await expect(inside((tx) => listConnectors(tx, { limit: 5, cursor }))).rejects.toMatchObject({
      code: 'data.cursor_invalid',
    });
  });
});
