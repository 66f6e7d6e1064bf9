import { randomBytes } from 'node:crypto';
import { Secret } from '@patchbay/foundation';
import { createVault, localKeySource, type Vault } from '@patchbay/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getConnector } from '../src/connectors/index.ts';
import { insertLogLines, listLogLines } from '../src/logs/index.ts';
import { deleteOrganization, getOrganization, restoreOrganization } from '../src/organizations/index.ts';
import { purgeExpired } from '../src/purge/index.ts';
import { deleteSecret, listSecretNames, openSecrets, setSecret } from '../src/secrets/index.ts';
import { DIGEST, type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';

let given: Given;
let vault: Vault;
beforeAll(async () => {
  given = await startGiven();
  vault = createVault({ keySource: localKeySource([{ id: 0, bytes: randomBytes(32) }]) });
});
afterAll(() => given.close());

const set = (organization: GivenOrganization, connectorId: string, value: string, name = 'API_TOKEN') =>
  given.database.withOrganization(organization, (tx) =>
    setSecret(tx, SYSTEM, vault, { connectorId, name, value: new Secret(value) }),
  );
const open = (organization: GivenOrganization, connectorId: string) =>
  given.database.withOrganization(organization, (tx) => openSecrets(tx, vault, connectorId));

describe('a secret', () => {
  it.each([
    ['lower', 'v', 'secrets.name_invalid'],
    ['A'.repeat(65), 'v', 'secrets.name_invalid'],
    ['GOOD', '', 'secrets.value_invalid'],
    ['GOOD', 'x'.repeat(32_769), 'secrets.value_invalid'],
  ])('a secret with an invalid name or value is refused: %s', async (name, value, code) => {
    const ours = await given.organization();
    const { id } = await given.connector(ours);
    await expect(set(ours, id, value, name)).rejects.toMatchObject({ code });
  });

  it('a secret does not open altered, in another row or in another organization', async () => {
    const [ours, theirs] = [await given.organization(), await given.organization()];
    const [here, there] = [await given.connector(ours), await given.connector(theirs)];
    await set(ours, here.id, 'ours');
    await set(ours, here.id, 'other', 'OTHER');
    await set(theirs, there.id, 'theirs');
    const swap = (from: string, to: string) =>
      given.superuser.query(
        'UPDATE app.secrets SET sealed = (SELECT sealed FROM app.secrets WHERE id = $1) WHERE id = $2',
        [from, to],
      );
    const { rows } = await given.superuser.query(
      'SELECT id, sealed FROM app.secrets ORDER BY connector_id = $1, name',
      [here.id],
    );
    const [foreign, first, second] = rows;
    for (const source of [foreign, second]) {
      await swap(source.id, first.id);
      await expect(open(ours, here.id)).rejects.toMatchObject({ code: 'secrets.unreadable' });
    }
    first.sealed[first.sealed.length - 1] ^= 1;
    await given.superuser.query('UPDATE app.secrets SET sealed = $1 WHERE id = $2', [first.sealed, first.id]);
    await expect(open(ours, here.id)).rejects.toMatchObject({ code: 'secrets.unreadable' });
  });

  it('a secret is never stored or listed in clear, and each change raises the settings revision', async () => {
    const ours = await given.organization();
    const { id, settingsRevision } = await given.connector(ours);
    await set(ours, id, 'first-value');
    await set(ours, id, 'second-value');
    expect(await open(ours, id)).toEqual({ API_TOKEN: 'second-value' });
    const { rows } = await given.superuser.query(
      `SELECT (SELECT string_agg(s::text, '') FROM app.secrets s) || (SELECT string_agg(a::text, '') FROM app.audit_events a)
         || (SELECT string_agg(encode(sealed, 'escape'), '') FROM app.secrets) AS everything`,
    );
    expect(rows[0].everything).toContain('API_TOKEN');
    expect(rows[0].everything).not.toMatch(/(first|second)-value/);
    const names = await given.database.withOrganization(ours, (tx) => listSecretNames(tx, id));
    expect(Object.keys(names[0] ?? {})).toEqual(['name', 'createdAt', 'updatedAt']);
    await given.database.withOrganization(ours, (tx) =>
      deleteSecret(tx, SYSTEM, { connectorId: id, name: 'API_TOKEN' }),
    );
    expect(await open(ours, id)).toEqual({});
    const after = await given.database.withOrganization(ours, (tx) => getConnector(tx, id));
    expect(after.settingsRevision).toBe(settingsRevision + 3);
  });
});

describe('a deleted organization', () => {
  it('a deleted organization is restorable for 30 days, then is purged with its data key; its slug stays', async () => {
    const ours = await given.organization();
    const connector = await given.connector(ours, 'weather');
    await given.publishedVersion(ours, connector.id);
    await set(ours, connector.id, 'v');
    const remove = () => given.database.withOrganization(ours, (tx) => deleteOrganization(tx, ours.actor));
    await remove();
    await expect(remove()).rejects.toMatchObject({ code: 'organizations.already_deleted' });
    expect(await given.database.lookups.findEndpoint(ours.slug, 'weather')).toBeNull();
    await given.database.withOrganization(ours, (tx) => restoreOrganization(tx, ours.actor));
    expect(await given.database.lookups.findEndpoint(ours.slug, 'weather')).not.toBeNull();
    const deleted = await remove();
    expect(deleted.purgeAfter?.getTime()).toBeGreaterThan(Date.now() + 29.9 * 86_400_000);
    await given.database.withOrganization(ours, (tx) =>
      tx.query('SELECT app.purge_organization($1)::text', [ours.organizationId]),
    );
    expect((await given.database.withOrganization(ours, getOrganization)).id).toBe(ours.organizationId);
    await given.superuser.query(
      'UPDATE app.organization_deletions SET purge_after = now() WHERE organization_id = $1',
      [ours.organizationId],
    );
    const destroyed: string[] = [];
    const destroying = {
      ...vault,
      async destroyKeys(organizationId: string) {
        // Before any row of it is gone.
        const { rowCount } = await given.superuser.query('SELECT FROM app.data_keys WHERE organization_id = $1', [
          organizationId,
        ]);
        if (rowCount === 1) destroyed.push(organizationId);
      },
    };
    const report = await purgeExpired(given.database, destroying);
    expect(destroyed).toContain(ours.organizationId);
    expect(report).toMatchObject({
      organizations: 1,
      digests: [{ organizationId: ours.organizationId, digest: DIGEST }],
    });
    for (const table of ['data_keys', 'secrets', 'versions', 'connectors', 'audit_events', 'api_keys']) {
      const { rowCount } = await given.superuser.query(`SELECT FROM app.${table} WHERE organization_id = $1`, [
        ours.organizationId,
      ]);
      expect(rowCount, table).toBe(0);
    }
    expect(await given.database.lookups.findOrganization(ours.slug)).toBeNull();
    await expect(given.organization({ slug: ours.slug })).rejects.toThrow(/slugs\.retired/);
  });
});

describe('a connector’s log', () => {
  it('a log hides the text of another person’s sandbox, filters by level, and is dropped after 14 days', async () => {
    const ours = await given.organization();
    const { id: connectorId } = await given.connector(ours);
    const line = (text: string, level: 'info' | 'error', subject: string) => ({
      organizationId: ours.organizationId,
      connectorId,
      versionId: 'ver_1',
      subject,
      sandboxId: 'sbx_1',
      at: new Date(),
      level,
      source: 'connector' as const,
      text,
    });
    await insertLogLines(given.database, [
      line('shared', 'info', ''),
      line('mine\u001b[2J', 'error', 'psn_me'),
      line('hers', 'error', 'psn_her'),
    ]);
    const list = (level?: 'error') =>
      given.database.withOrganization(ours, (tx) =>
        listLogLines(tx, connectorId, { after: null, limit: 10 }, { reader: 'psn_me', level }),
      );
    expect((await list()).map((found) => found.text)).toEqual(['shared', 'mine\\u{1b}[2J', '[hidden]']);
    expect(await list('error')).toHaveLength(2);
    await given.superuser.query("UPDATE app.connector_log_lines SET created_at = now() - interval '15 days'");
    expect((await purgeExpired(given.database, vault)).rows).toBe(3);
    expect(await list()).toEqual([]);
  });
});
