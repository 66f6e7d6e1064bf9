import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getConnector, updateConnector } from '../src/connectors/index.ts';
import { type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';

let given: Given;
let acme: GivenOrganization;
beforeAll(async () => {
  given = await startGiven();
  acme = await given.organization();
});
afterAll(() => given.close());

/** The column that the release before reads. */
async function formerMode(id: string): Promise<unknown> {
  const { rows } = await given.superuser.query('SELECT auth_mode FROM app.connectors WHERE id = $1', [id]);
  return rows[0]?.auth_mode;
}
const mode = (id: string) => given.database.withOrganization(acme, async (tx) => (await getConnector(tx, id)).authMode);
const change = (id: string, authMode: 'oauth' | 'api_key' | 'none') =>
  given.database.withOrganization(acme, (tx) => updateConnector(tx, SYSTEM, id, { authMode }));
const formerly = (id: string, authMode: string) =>
  given.superuser.query('UPDATE app.connectors SET auth_mode = $2 WHERE id = $1', [id, authMode]);

describe('the auth mode of a connector, while the release before serves too', () => {
  it('a connector that the release before makes public is public, and one it closes asks for sign-in', async () => {
    const { id } = await given.connector(acme);
    await formerly(id, 'none');
    expect(await mode(id)).toBe('none');
    await formerly(id, 'api_key');
    expect(await mode(id)).toBe('oauth');
  });

  it('a connector with keys only keeps that while the release before writes the same again', async () => {
    const { id } = await given.connector(acme);
    await change(id, 'api_key');
    await formerly(id, 'api_key');
    expect(await mode(id)).toBe('api_key');
  });

  it('the release before sees a public connector as public, and every other as one that asks for a key', async () => {
    const { id } = await given.connector(acme);
    expect([await mode(id), await formerMode(id)]).toEqual(['oauth', 'api_key']);
    await change(id, 'none');
    expect(await formerMode(id)).toBe('none');
    await change(id, 'oauth');
    expect(await formerMode(id)).toBe('api_key');
    await change(id, 'none');
    await change(id, 'api_key');
    expect(await formerMode(id)).toBe('api_key');
  });

  it('a connector is the same to both releases, whichever made it', async () => {
    const make = async (column: string) => {
      const id = `con_${column}`;
      await given.superuser.query(
        'INSERT INTO app.connector_slugs (organization_id, slug, connector_id) VALUES ($1, $2, $3)',
        [acme.organizationId, column.replaceAll('_', '-'), id],
      );
      // sql: the name of a column is one of the two below
      const insert = `INSERT INTO app.connectors (organization_id, id, slug, name, ${column}) VALUES ($1, $2, $3, $3, 'none')`;
      await given.superuser.query(insert, [acme.organizationId, id, column.replaceAll('_', '-')]);
      return [await mode(id), await formerMode(id)];
    };
    expect(await make('auth_mode')).toEqual(['none', 'none']);
    expect(await make('authentication')).toEqual(['none', 'none']);
  });
});
