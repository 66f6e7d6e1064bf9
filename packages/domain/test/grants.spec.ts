import { randomBytes } from 'node:crypto';
import { newId } from '@patchbay/foundation';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChangeFeed, OutboxRelay } from '../src/changes/index.ts';
import {
  createGrantDirectory,
  endGrant,
  endGrants,
  findOpenGrant,
  type GrantDirectory,
  listGrants,
} from '../src/grants/index.ts';
import { purgeExpired } from '../src/purge/index.ts';
import { type Given, type GivenOrganization, startGiven } from './given.ts';

let given: Given;
let ours: GivenOrganization;
let theirs: GivenOrganization;
let feed: ChangeFeed;
let relay: OutboxRelay;
let directory: GrantDirectory;

beforeAll(async () => {
  given = await startGiven();
  ours = await given.organization();
  theirs = await given.organization();
  feed = new ChangeFeed({ url: given.test.urls.app });
  await feed.start();
  relay = OutboxRelay.start({ url: given.test.urls.app });
  directory = createGrantDirectory({ database: given.database, feed });
});
afterAll(async () => {
  await directory.close();
  await feed.close();
  await relay.close();
  await given.close();
});

interface Facts {
  readonly id: string;
  readonly organizationId: string;
  readonly personId: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly resourcePath: string;
  readonly connectorIds: readonly string[];
  readonly scopes: readonly string[];
}

const factsOf = (organization: GivenOrganization, change: Partial<Facts> = {}): Facts => ({
  id: newId('grant'),
  organizationId: organization.organizationId,
  personId: organization.personId,
  clientId: `client-${randomBytes(6).toString('hex')}`,
  clientName: 'Claude',
  resourcePath: `/${organization.slug}/mcp`,
  connectorIds: ['con_1'],
  scopes: ['tools:read'],
  ...change,
});

/** As the provider's adapter writes a grant and one refresh token of it. */
async function grant(facts: Facts, expires = '90 days'): Promise<Buffer> {
  const hash = randomBytes(32);
  await given.auth.query(
    `INSERT INTO identity.oauth_rows (model, id_hash, grant_hash, sealed, grant_facts, expires_at)
     VALUES ('Grant', $1, $1, 's', $2, now() + $3::interval)`,
    [hash, facts, expires],
  );
  await given.auth.query(
    `INSERT INTO identity.oauth_rows (model, id_hash, grant_hash, sealed) VALUES ('RefreshToken', $1, $2, 's')`,
    [randomBytes(32), hash],
  );
  return hash;
}

const rowsOf = async (hash: Buffer) =>
  (await given.auth.query('SELECT model FROM identity.oauth_rows WHERE grant_hash = $1', [hash])).rows.length;
const open = (organization: GivenOrganization) =>
  given.database.withOrganization(organization, (tx) => listGrants(tx, { limit: 50 }, { state: 'open' }));
const first = async (organization: GivenOrganization, id: string) => {
  const { items } = await given.database.withOrganization(organization, (tx) => listGrants(tx, { limit: 50 }));
  return items.find((one) => one.id === id);
};

describe('the purge of the authorization server’s rows', () => {
  const vault = { destroyKeys: async () => {} } as unknown as Parameters<typeof purgeExpired>[1]; // purge only asks it for that
  const purge = () => purgeExpired(given.database, vault);
  const ended = (id: string, ago: string) =>
    given.superuser.query(
      `UPDATE app.grants SET ended_at = now() - $2::interval, ended_because = 'ended' WHERE id = $1`,
      [id, ago],
    );

  it('leaves what has not expired, and removes codes, sessions and requests that have', async () => {
    const insert = async (model: string, expires: string | null) => {
      const hash = randomBytes(32);
      await given.auth.query(
        `INSERT INTO identity.oauth_rows (model, id_hash, sealed, expires_at) VALUES ($1, $2, 's', now() + $3::interval)`,
        [model, hash, expires],
      );
      return hash;
    };
    const models = ['AuthorizationCode', 'Session', 'Interaction', 'RefreshToken', 'DeviceCode', 'Client'];
    const expired = await Promise.all(models.map((model) => insert(model, '-1 second')));
    const valid = await Promise.all(models.map((model) => insert(model, '1 minute')));
    const lasting = await insert('Client', null);
    await given.auth.query(
      `INSERT INTO identity.used_assertions (hash, expires_at) VALUES ($1, now() - interval '1 second'), ($2, now() + interval '1 hour')`,
      [expired[0], valid[0]],
    );
    expect((await purge()).rows).toBeGreaterThanOrEqual(expired.length + 1);
    const { rows } = await given.auth.query('SELECT id_hash FROM identity.oauth_rows WHERE id_hash = ANY ($1)', [
      [...expired, ...valid, lasting],
    ]);
    const left = rows.map(({ id_hash: hash }) => hash.toString('hex')).sort();
    expect(left).toEqual([...valid, lasting].map((hash) => hash.toString('hex')).sort());
    const used = await given.auth.query('SELECT hash FROM identity.used_assertions WHERE hash = ANY ($1)', [
      [expired[0], valid[0]],
    ]);
    expect(used.rows.map(({ hash }) => hash)).toEqual([valid[0]]);
  });

  it('ends a grant that expired, with its refresh tokens', async () => {
    const facts = factsOf(ours);
    const hash = await grant(facts, '-1 second');
    await purge();
    expect(await rowsOf(hash)).toBe(0);
    expect(await first(ours, facts.id)).toMatchObject({ endedBecause: 'expired' });
  });

  it('keeps a grant that ended within ninety days, and removes an earlier one without news of it', async () => {
    const [early, late, lasting] = [factsOf(ours), factsOf(theirs), factsOf(ours)];
    for (const facts of [early, late, lasting]) await grant(facts);
    await ended(early.id, '91 days');
    await ended(late.id, '89 days');
    const news = async () =>
      (await given.superuser.query('SELECT count(*)::int AS n FROM app.changes WHERE subject_id = $1', [early.id]))
        .rows[0].n;
    const before = await news();
    await purge();
    expect(await first(ours, early.id)).toBeUndefined();
    expect(await first(theirs, late.id)).toMatchObject({ endedBecause: 'ended' });
    expect(await first(ours, lasting.id)).toMatchObject({ endedAt: null });
    expect(await news()).toBe(before);
  });
});

describe('a grant', () => {
  it('is saved within its own organization only, and not over a grant of another one', async () => {
    const save = (organization: GivenOrganization, hash: Buffer, facts: Facts) =>
      given.database.withOrganization(organization, (tx) =>
        tx.query(`SELECT app.save_grant($1, 's', $2::jsonb, now() + interval '1 day')`, [hash, JSON.stringify(facts)]),
      );
    const theirsFacts = factsOf(theirs);
    await expect(save(ours, randomBytes(32), theirsFacts)).rejects.toThrow();
    expect(await first(theirs, theirsFacts.id)).toBeUndefined();
    const hash = randomBytes(32);
    await save(theirs, hash, theirsFacts);
    await expect(save(ours, hash, factsOf(ours))).rejects.toThrow();
    expect(await first(theirs, theirsFacts.id)).toMatchObject({ scopes: ['tools:read'] });
    await save(theirs, hash, { ...theirsFacts, scopes: ['tools:read', 'tools:write'] });
    expect(await first(theirs, theirsFacts.id)).toMatchObject({ scopes: ['tools:read', 'tools:write'] });
  });

  it('a grant of another organization is neither listed nor ended', async () => {
    const facts = factsOf(theirs);
    const hash = await grant(facts);
    expect((await open(ours)).items.map(({ id }) => id)).not.toContain(facts.id);
    await expect(
      given.database.withOrganization(ours, (tx) => endGrant(tx, ours.actor, { id: facts.id })),
    ).rejects.toMatchObject({ code: 'grants.not_found' });
    expect(await rowsOf(hash)).toBe(2);
  });

  it('a person cannot end the grant of another person', async () => {
    const facts = factsOf(ours);
    await grant(facts);
    await expect(
      given.database.withOrganization(ours, (tx) =>
        endGrant(tx, ours.actor, { id: facts.id, personId: theirs.personId }),
      ),
    ).rejects.toMatchObject({ code: 'grants.not_found' });
    expect(await first(ours, facts.id)).toMatchObject({ endedAt: null });
  });

  it('ending a grant takes the provider’s rows with it and reaches every directory', async () => {
    const facts = factsOf(ours);
    const hash = await grant(facts);
    expect(await directory.find(facts.id)).toMatchObject({ endedAt: null, person: { id: ours.personId } });
    const ended = await given.database.withOrganization(ours, (tx) => endGrant(tx, ours.actor, { id: facts.id }));
    expect(ended).toMatchObject({ endedBecause: 'ended' });
    expect(await rowsOf(hash)).toBe(0);
    await vi.waitUntil(async () => (await directory.find(facts.id))?.endedAt != null, {
      timeout: 30_000,
      interval: 20,
    });
  });

  it('ending the grants of a person, to a client, ends those and no other, with their provider’s rows', async () => {
    const clientId = `client-${randomBytes(6).toString('hex')}`;
    const [one, other, elsewhere] = [
      factsOf(ours, { clientId }),
      factsOf(ours, { clientId, resourcePath: `/${ours.slug}/other/mcp` }),
      factsOf(theirs, { clientId }),
    ];
    const kept = factsOf(ours);
    const hashes = [await grant(one), await grant(other)];
    await Promise.all([grant(elsewhere), grant(kept)]);
    const end = (selection: Parameters<typeof endGrants>[2]) =>
      given.database.withOrganization(ours, (tx) => endGrants(tx, ours.actor, selection));
    await expect(end({})).rejects.toThrow('every grant');
    expect(await end({ clientId, personId: theirs.personId })).toBe(0);
    expect(await end({ clientId, personId: ours.personId })).toBe(2);
    expect(await end({ clientId })).toBe(0);
    for (const { id } of [one, other]) expect(await first(ours, id)).toMatchObject({ endedBecause: 'ended' });
    for (const hash of hashes) expect(await rowsOf(hash)).toBe(0);
    expect(await first(ours, kept.id)).toMatchObject({ endedAt: null });
    expect(await first(theirs, elsewhere.id)).toMatchObject({ endedAt: null });
  });

  it('the last use of a grant is written in batches, at most once a minute, and is no change that gateways follow', async () => {
    const facts = factsOf(ours);
    await grant(facts);
    const changes = async () => {
      const { rows } = await given.superuser.query('SELECT count(*) FROM app.changes WHERE subject_id = $1', [
        facts.id,
      ]);
      return rows[0].count;
    };
    const before = await changes();
    const at = (seconds: number) => new Date(Date.UTC(2026, 10, 30, 12, 0, seconds));
    const lastUse = async () => (await first(ours, facts.id))?.lastUsedAt;
    const useAt = async (seconds: number) => {
      directory.noteUse({ organizationId: ours.organizationId, id: facts.id }, at(seconds));
      await directory.flushUses();
    };
    expect(await lastUse()).toBeNull();
    await useAt(0);
    await useAt(59);
    expect(await lastUse()).toEqual(at(0));
    await useAt(61);
    expect(await lastUse()).toEqual(at(61));
    expect(await changes()).toBe(before);
  });

  it('the end of the provider’s row ends the grant, with the reason', async () => {
    const [revoked, expired] = [factsOf(ours), factsOf(ours)];
    const hashes = [await grant(revoked), await grant(expired, '-1 day')];
    await given.auth.query(`DELETE FROM identity.oauth_rows WHERE model = 'Grant' AND id_hash = ANY ($1)`, [hashes]);
    expect(await first(ours, revoked.id)).toMatchObject({ endedBecause: 'revoked' });
    expect(await first(ours, expired.id)).toMatchObject({ endedBecause: 'expired' });
    expect(await rowsOf(hashes[0] ?? Buffer.alloc(0))).toBe(0);
  });

  it('a newer grant of the same person, client and resource replaces the one before', async () => {
    const before = factsOf(ours);
    const hash = await grant(before);
    const now = factsOf(ours, { clientId: before.clientId });
    const elsewhere = factsOf(ours, { clientId: before.clientId, resourcePath: `/${ours.slug}/other/mcp` });
    await grant(elsewhere);
    await grant(now);
    expect(await first(ours, before.id)).toMatchObject({ endedBecause: 'replaced' });
    expect(await first(ours, elsewhere.id)).toMatchObject({ endedAt: null });
    expect(await rowsOf(hash)).toBe(0);
    const { personId, clientId, resourcePath } = now;
    const found = await given.database.withOrganization(ours, (tx) =>
      findOpenGrant(tx, { personId, clientId, resourcePath }),
    );
    expect(found?.id).toBe(now.id);
  });

  it('a wider grant has the new scopes at every gateway', async () => {
    const facts = factsOf(ours);
    const hash = await grant(facts);
    expect((await directory.find(facts.id))?.scopes).toEqual(['tools:read']);
    const wider = { ...facts, scopes: ['tools:read', 'tools:write'] };
    await given.auth.query(`UPDATE identity.oauth_rows SET grant_facts = $2 WHERE model = 'Grant' AND id_hash = $1`, [
      hash,
      wider,
    ]);
    await vi.waitUntil(async () => (await directory.find(facts.id))?.scopes.length === 2, { timeout: 30_000 });
  });

  it('who leaves an organization leaves its grants in the same transaction, and keeps those of another one', async () => {
    const personId = newId('person');
    await given.auth.query('INSERT INTO identity.people (id, email, name) VALUES ($1, $1, $1)', [personId]);
    for (const { organizationId } of [ours, theirs]) {
      await given.auth.query(
        `INSERT INTO identity.members (id, organization_id, person_id, role) VALUES ($1, $2, $3, 'member')`,
        [newId('member'), organizationId, personId],
      );
    }
    const [here, there] = [factsOf(ours, { personId }), factsOf(theirs, { personId })];
    const hash = await grant(here);
    await grant(there);
    expect(await directory.find(here.id)).not.toBeNull();
    await given.auth.query('DELETE FROM identity.members WHERE organization_id = $1 AND person_id = $2', [
      ours.organizationId,
      personId,
    ]);
    expect(await first(ours, here.id)).toMatchObject({ endedBecause: 'member_removed' });
    expect(await rowsOf(hash)).toBe(0);
    expect(await first(theirs, there.id)).toMatchObject({ endedAt: null });
    await vi.waitUntil(async () => (await directory.find(here.id)) === null, { timeout: 30_000 });
  });

  it('grants of a connector end with its row', async () => {
    const connector = await given.connector(ours);
    const facts = { ...factsOf(ours, { connectorIds: [] }), connectorId: connector.id };
    const hash = await grant(facts);
    await given.superuser.query('DELETE FROM app.connectors WHERE id = $1', [connector.id]);
    expect(await first(ours, facts.id)).toBeUndefined();
    expect(await rowsOf(hash)).toBe(0);
  });
});

describe('a provider session', () => {
  it('a provider session ends with the sign-in that it belongs to, and with a change of role', async () => {
    const sessionOf = async () => {
      const id = newId('session');
      await given.auth.query(
        `INSERT INTO identity.sessions (id, person_id, token, expires_at) VALUES ($1, $2, $1, now() + interval '1 day')`,
        [id, ours.personId],
      );
      const hash = randomBytes(32);
      await given.auth.query(
        `INSERT INTO identity.oauth_rows (model, id_hash, session_id, sealed) VALUES ('Session', $1, $2, 's')`,
        [hash, id],
      );
      return { id, isThere: async () => (await countSessions(hash)) === 1 };
    };
    const countSessions = async (hash: Buffer) =>
      (await given.auth.query('SELECT FROM identity.oauth_rows WHERE id_hash = $1', [hash])).rows.length;
    const [ended, kept] = [await sessionOf(), await sessionOf()];
    await given.auth.query('DELETE FROM identity.sessions WHERE id = $1', [ended.id]);
    expect([await ended.isThere(), await kept.isThere()]).toEqual([false, true]);
    await given.auth.query(`UPDATE identity.members SET role = 'admin' WHERE person_id = $1`, [ours.personId]);
    expect(await kept.isThere()).toBe(false);
  });
});
