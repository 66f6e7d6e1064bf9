/** The end of a membership: one transaction, and one answer that lists what it ended. */
import { newId } from '@patchbay/foundation';
import { freePort } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Access } from '../../src/mcp/context/access.ts';
import { newSession } from '../../src/mcp/sessions/session-id.ts';
import { Browser, liveConnector, OAuthClient, type Tokens } from '../oauth/given.ts';
import { Installation, type SignedIn } from './given.ts';

let installation: Installation;
let superuser: pg.Pool;
let owner: SignedIn & { readonly organizationId: string };
let elsewhere: SignedIn & { readonly organizationId: string };
let client: OAuthClient;
let leaver: SignedIn;
let tokens: Tokens;
let people = 0;
let origin: string;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin);
  superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 2 });
  superuser.on('error', () => {});
  owner = await installation.owner('acme');
  elsewhere = await installation.owner('elsewhere');
  await liveConnector(installation, owner, { slug: 'weather' });
  await installation.app.listen({ port, host: 'localhost' });
});
afterAll(async () => {
  await superuser.end();
  await installation.close();
});

const one = async (sql: string, ...values: unknown[]) => Number((await superuser.query(sql, values)).rows[0]?.count);

/** An MCP session of the person that had to be stored, as the gateway names its caller. */
async function storeMcpSession(grantId: string | null): Promise<void> {
  const principal = { kind: 'person', organizationId: owner.organizationId, userId: leaver.personId, grantId };
  // Only the principal goes into the hash.
  const access = { organizationId: owner.organizationId, connectorId: null, principal } as unknown as Access;
  const { id, principalHash } = newSession(access, { params: {}, revision: '2025-11-25', nowMs: Date.now() });
  await superuser.query(
    `INSERT INTO app.mcp_sessions (organization_id, id, principal_hash, expires_at)
     VALUES ($1, $2, $3, now() + interval '1 day')`,
    [owner.organizationId, id, principalHash],
  );
}

/** A session of the leaver that an identity provider made for an organization. */
const signInThrough = (organizationId: string) =>
  superuser.query(
    `INSERT INTO identity.sessions (id, person_id, token, expires_at, provider_organization_id)
     VALUES ($1, $2, $1, now() + interval '1 day', $3)`,
    [newId('session'), leaver.personId, organizationId],
  );

const memberIdOf = async (person: SignedIn) => {
  const { body } = await installation.call('GET', '/organizations/acme/members', { as: owner });
  return body.items.find((member: { person: { id: string } }) => member.person.id === person.personId).id;
};

/** Everything a removal ends, and what it must not. */
const open = async () => ({
  signInsHere: await one(
    'SELECT count(*) FROM identity.sessions WHERE provider_organization_id = $1',
    owner.organizationId,
  ),
  signInsElsewhere: await one(
    `SELECT count(*) FROM identity.sessions WHERE person_id = $1 AND provider_organization_id IS DISTINCT FROM $2`,
    leaver.personId,
    owner.organizationId,
  ),
  providerSessions: await one(
    `SELECT count(*) FROM identity.oauth_rows r JOIN identity.sessions s ON s.id = r.session_id WHERE s.person_id = $1`,
    leaver.personId,
  ),
  grants: await one('SELECT count(*) FROM app.grants WHERE person_id = $1 AND ended_at IS NULL', leaver.personId),
  keysHere: await one(
    'SELECT count(*) FROM app.api_keys WHERE person_id = $1 AND organization_id = $2 AND revoked_at IS NULL',
    leaver.personId,
    owner.organizationId,
  ),
  keysElsewhere: await one(
    'SELECT count(*) FROM app.api_keys WHERE person_id = $1 AND organization_id <> $2 AND revoked_at IS NULL',
    leaver.personId,
    owner.organizationId,
  ),
  connectionsHere: await one(
    `SELECT count(*) FROM app.connections WHERE person_id = $1 AND organization_id = $2 AND credential IS NOT NULL`,
    leaver.personId,
    owner.organizationId,
  ),
  connectionsElsewhere: await one(
    `SELECT count(*) FROM app.connections WHERE person_id = $1 AND organization_id <> $2 AND status = 'active'`,
    leaver.personId,
    owner.organizationId,
  ),
  mcpSessions: await one(
    'SELECT count(*) FROM app.mcp_sessions WHERE organization_id = $1 AND terminated_at IS NULL',
    owner.organizationId,
  ),
});

beforeEach(async () => {
  people += 1;
  leaver = await installation.join(owner, 'developer', `leaver${people}`);
  await superuser.query('INSERT INTO identity.members (id, organization_id, person_id, role) VALUES ($1, $2, $3, $4)', [
    newId('member'),
    elsewhere.organizationId,
    leaver.personId,
    'developer',
  ]);
  client = await OAuthClient.register(origin, `${origin}/acme/weather/mcp`);
  tokens = await client.connect(new Browser(origin, leaver));
  const here = { organizationId: owner.organizationId, personId: leaver.personId };
  await installation.key(here, { kind: 'mcp' });
  await installation.key(here, { kind: 'mcp' });
  await installation.key({ ...here, organizationId: elsewhere.organizationId }, { kind: 'mcp' });
  await signInThrough(owner.organizationId);
  await signInThrough(elsewhere.organizationId);
  const { rows } = await superuser.query('SELECT id FROM app.grants WHERE person_id = $1', [leaver.personId]);
  await superuser.query(
    `INSERT INTO app.connections (organization_id, id, provider, owner_kind, person_id, kind, account_id, account_label, credential)
     SELECT o, 'cxn_' || $3::text || o, 'github', 'person', $3, 'oauth2', 'a', 'l', '\\x00' FROM unnest(ARRAY[$1, $2]) o`,
    [owner.organizationId, elsewhere.organizationId, leaver.personId],
  );
  await storeMcpSession(null);
  await storeMcpSession(rows[0].id);
});

describe('the removal of a member', () => {
  it('a removal that fails at its last step ends nothing', async () => {
    const before = await open();
    await superuser.query(`CREATE FUNCTION identity.fail() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;
      CREATE TRIGGER zz_fail AFTER DELETE ON identity.members FOR EACH ROW EXECUTE FUNCTION identity.fail()`);
    const undo = () =>
      superuser.query('DROP TRIGGER IF EXISTS zz_fail ON identity.members; DROP FUNCTION IF EXISTS identity.fail()');
    onTestFinished(async () => void (await undo()));
    const path = `/organizations/acme/members/${await memberIdOf(leaver)}`;
    expect((await installation.call('DELETE', path, { as: owner })).status).toBe(500);
    expect(await open()).toEqual(before);
    await undo();
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
    expect((await installation.call('DELETE', path, { as: owner })).status).toBe(200);
  });

  it('a removal answers with what it ended, and leaves what is of other organizations', async () => {
    const member = await memberIdOf(leaver);
    const removed = await installation.call('DELETE', `/organizations/acme/members/${member}`, { as: owner });
    const ended = { signIns: 1, authorizationSessions: 1, grants: 1, apiKeys: 2, mcpSessions: 2, connections: 1 };
    expect([removed.status, removed.body]).toEqual([200, { id: member, ended }]);
    expect(await open()).toMatchObject({ signInsHere: 0, grants: 0, keysHere: 0, mcpSessions: 0, providerSessions: 0 });
    expect(await open()).toMatchObject({ connectionsHere: 0, connectionsElsewhere: 1 });
    // The password's session, and the one of the other organization's provider.
    expect(await open()).toMatchObject({ signInsElsewhere: 2, keysElsewhere: 1 });
    expect((await client.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    const me = await installation.call('GET', '/me', { as: leaver });
    expect(me.body.organizations.map(({ slug }: { slug: string }) => slug)).toEqual(['elsewhere']);
    expect((await installation.call('GET', '/organizations/acme', { as: leaver })).status).toBe(404);
    const { rows } = await superuser.query(
      `SELECT after FROM app.audit_events WHERE action = 'member.removed' AND target_id = $1`,
      [member],
    );
    expect(rows).toEqual([{ after: { ended } }]);
  });
});
