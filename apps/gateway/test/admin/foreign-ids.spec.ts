/** Ids of another organization at every endpoint of one's own, and every kind of key at every endpoint. */
import { insertLogLines } from '@patchbay/domain/logs';
import { submitVersion } from '@patchbay/domain/versions';
import { newId } from '@patchbay/foundation';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEPLOY_KEY_PERMISSIONS } from '../../src/admin/access/authorize.ts';
import type { EndpointSpec } from '../../src/admin/definition/endpoint-spec.ts';
import { ENDPOINTS } from '../../src/admin/endpoints/index.ts';
import { Installation, type SignedIn } from './given.ts';

type Owner = SignedIn & { readonly organizationId: string };
const TABLE: readonly (readonly [string, EndpointSpec])[] = Object.entries(ENDPOINTS);
const WITH_IDS = TABLE.filter(([, { path }]) => /:organization\/.*:/.test(path));

let installation: Installation;
let ours: Owner;
let theirs: Owner;
/** Ids of `theirs`, by the parameter they would be named in. */
let foreign: Record<string, string>;

beforeAll(async () => {
  installation = await Installation.start();
  [ours, theirs] = [await installation.owner('ours'), await installation.owner('theirs')];
  const at = (path: string, body: unknown) =>
    installation.call('POST', `/organizations/theirs${path}`, { as: theirs, body });
  const connector = await at('/connectors', { slug: 'weather' });
  const invitation = await at('/invitations', { email: 'guest@theirs.example', role: 'member' });
  const key = await at('/api-keys', { kind: 'mcp', name: 'k', connectors: ['*'], expiresInDays: 1 });
  const group = await at('/groups', { name: 'pilots' });
  const account = await at('/service-accounts', { name: 'ci' });
  const policy = await at('/policies', { name: 'theirs', effect: 'blocked', when: {} });
  const client = await at('/oauth-clients', { name: 'Claude' });
  const grantId = newId('grant');
  await givenGrant(theirs, connector.body.id, grantId);
  const connectionId = newId('connection');
  await givenConnection(theirs, connectionId);
  const members = await installation.call('GET', '/organizations/theirs/members', { as: theirs });
  foreign = {
    connector: connector.body.id,
    invitation: invitation.body.id,
    apiKey: key.body.id,
    member: members.body.items[0].id,
    group: group.body.id,
    policy: policy.body.id,
    serviceAccount: account.body.id,
    client: client.body.id,
    grant: grantId,
    connection: connectionId,
    provider: 'own-theirs',
  };
  await installation.call('PUT', `/organizations/theirs/connectors/weather/secrets/API_KEY`, {
    as: theirs,
    body: { value: 'theirs alone' },
  });
  await installation.database.withOrganization(theirs, (tx) =>
    submitVersion(
      tx,
      { kind: 'person', personId: theirs.personId },
      {
        connectorId: connector.body.id,
        sourceDigest: `sha256:${'0'.repeat(64)}`,
        typecheck: true,
        activate: true,
      },
    ),
  );
});
afterAll(() => installation.close());

/** As the authorization server writes one. */
async function givenGrant({ organizationId, personId }: Owner, connectorId: string, id: string): Promise<void> {
  const superuser = new pg.Client({ connectionString: installation.superuserUrl });
  await superuser.connect();
  await superuser.query(
    `INSERT INTO app.grants (organization_id, id, provider_hash, person_id, client_id, client_name, resource_path,
       connector_id, expires_at) VALUES ($1, $2, '\\x00', $3, 'c', 'Claude', '/theirs/weather/mcp', $4, now() + interval '1 day')`,
    [organizationId, id, personId, connectorId],
  );
  await superuser.end();
}

/** An account of an owner, at a provider of the organization's own. */
async function givenConnection({ organizationId, personId }: Owner, id: string): Promise<void> {
  const superuser = new pg.Client({ connectionString: installation.superuserUrl });
  await superuser.connect();
  await superuser.query(
    `INSERT INTO app.organization_providers (organization_id, id, provider, definition, created_by)
     VALUES ($1, $2, 'own-theirs', $3, '{}')`,
    [organizationId, newId('provider'), JSON.stringify(OWN_PROVIDER)],
  );
  await superuser.query(
    `INSERT INTO app.connections (organization_id, id, provider, owner_kind, person_id, kind, account_id, account_label, credential)
     VALUES ($1, $2, 'own-theirs', 'person', $3, 'api_key', 'a', 'a', '\\x00')`,
    [organizationId, id, personId],
  );
  await superuser.end();
}

const OWN_PROVIDER = {
  kind: 'api_key',
  id: 'own-theirs',
  name: 'Theirs',
  credentialHosts: ['api.theirs.example'],
  label: 'Key',
  placement: { in: 'header', name: 'x-key', prefix: '' },
  account: { request: { method: 'GET', url: 'https://api.theirs.example/me' }, id: ['/id'] },
};

/** Bodies that would be accepted, so that only the id can be what is refused. */
const BODIES: Readonly<Record<string, unknown>> = {
  updateMember: { role: 'member' },
  updateGroup: { name: 'stolen' },
  updatePolicy: { name: 'stolen', effect: 'blocked', when: {} },
  updateServiceAccount: { disabled: true },
  updateConnector: { name: 'stolen' },
  activateVersion: { version: 1 },
  setSecret: { value: 'stolen' },
  saveProvider: {},
};

/** An unused id of the kind that the parameter takes. */
function unknownId(parameter: string): string {
  switch (parameter) {
    case 'apiKey':
    case 'connection':
    case 'grant':
    case 'group':
    case 'invitation':
    case 'member':
    case 'policy':
    case 'serviceAccount':
      return newId(parameter);
    case 'client':
      return newId('oauthClient');
    default:
      return `unknown-${parameter}`;
  }
}

function pathOf(endpoint: EndpointSpec, ids: Readonly<Record<string, string>>): string {
  return endpoint.path.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? unknownId(name));
}

function send(id: string, endpoint: EndpointSpec, as: SignedIn | string, ids: Readonly<Record<string, string>>) {
  const upload = endpoint.upload && {
    headers: { 'content-type': endpoint.upload.contentTypes[0] ?? '' },
    payload: Buffer.from('bytes'),
  };
  const body = BODIES[id];
  return installation.call(endpoint.method, pathOf(endpoint, ids), {
    as,
    ...upload,
    ...(body !== undefined && { body }),
  });
}

/** Everything of `theirs` that an answer or a change could touch. */
async function lookOfTheirs() {
  const paths = [
    '',
    '/members',
    '/invitations',
    '/api-keys',
    '/groups',
    '/policies',
    '/service-accounts',
    '/providers',
    '/connections',
    '/connectors',
    '/connectors/weather/secrets',
  ];
  const answers = await Promise.all(
    paths.map((path) => installation.call('GET', `/organizations/theirs${path}`, { as: theirs })),
  );
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  return answers.map(({ text }) => text);
}

describe('an id of another organization, in a path of one’s own', () => {
  it.each(WITH_IDS)('%s answers an id of another organization as it answers an unused one', async (id, endpoint) => {
    const before = await lookOfTheirs();
    const own = { organization: 'ours', number: '1', name: 'API_KEY' };
    for (const as of [ours, await installation.key(ours)]) {
      const reached = await send(id, endpoint, as, { ...own, ...foreign });
      const unknown = await send(id, endpoint, as, own);
      expect([reached.status, reached.body?.code]).toEqual([unknown.status, unknown.body?.code]);
      // Keys are refused by some endpoints before any id is looked at.
      expect([403, 404]).toContain(reached.status);
      if (as === ours) expect(reached.status).toBe(404);
    }
    expect(await lookOfTheirs()).toEqual(before);
  });

  it('a key for a connector of another organization is refused', async () => {
    const answer = await installation.call('POST', '/organizations/ours/api-keys', {
      as: ours,
      body: { kind: 'mcp', name: 'k', connectors: [foreign.connector], expiresInDays: 1 },
    });
    expect([answer.status, answer.body.code]).toEqual([404, 'connectors.not_found']);
  });

  it('no cursor reads a log line of another organization', async () => {
    const { database } = installation;
    const line = { organizationId: theirs.organizationId, connectorId: foreign.connector ?? '', versionId: 'ver_x' };
    await insertLogLines(database, [
      { ...line, subject: '', sandboxId: 's', at: new Date(), level: 'info', source: 'connector', text: 'theirs' },
    ]);
    await installation.call('POST', '/organizations/ours/connectors', { as: ours, body: { slug: 'weather' } });
    const own = await installation.call('GET', '/organizations/ours/connectors/weather/logs?cursor=0', { as: ours });
    expect([own.status, own.body.items]).toEqual([200, []]);
  });
});

describe('a deploy key', () => {
  const mayReach = (permission: EndpointSpec['permission']) =>
    typeof permission !== 'string' || DEPLOY_KEY_PERMISSIONS.includes(permission);
  const refused = TABLE.filter(([, { permission }]) => !mayReach(permission));

  it.each(refused)('a deploy key of an owner is refused at %s', async (id, endpoint) => {
    const key = await installation.key(theirs, { kind: 'deploy' });
    const answer = await send(id, endpoint, key, { organization: 'theirs', ...foreign, number: '1', name: 'API_KEY' });
    expect([answer.status, answer.body.code]).toEqual([403, 'admin.permission_missing']);
    expect(answer.body.data).toEqual({ permission: endpoint.permission });
  });

  it('a deploy key publishes and activates, and changes no people, keys, secrets or callers', () => {
    // Spelled out: a permission that is added to deploy keys must be added here deliberately.
    expect([...DEPLOY_KEY_PERMISSIONS].sort()).toEqual([
      'connectors:read',
      'deployments:read',
      'deployments:write',
      'logs:read',
      'organization:read',
      'versions:read',
      'versions:write',
    ]);
  });

  it('a deploy key for certain connectors reaches no other connector, by slug or by id', async () => {
    const body = { slug: 'tides' };
    const tides = await installation.call('POST', '/organizations/theirs/connectors', { as: theirs, body });
    const key = await installation.key(theirs, { kind: 'deploy', connectorIds: [tides.body.id] });
    const ofOthers = WITH_IDS.filter(([, { path, permission }]) => path.includes(':connector') && mayReach(permission));
    for (const [id, endpoint] of ofOthers) {
      for (const connector of ['weather', foreign.connector ?? '']) {
        const answer = await send(id, endpoint, key, { organization: 'theirs', connector, number: '1' });
        expect([id, connector, answer.body.code]).toEqual([id, connector, 'admin.permission_missing']);
      }
    }
    const own = await installation.call('GET', '/organizations/theirs/connectors/tides', { as: key });
    expect(own.status).toBe(200);
    const listed = await installation.call('GET', '/organizations/theirs/connectors', { as: key });
    expect(listed.body.items.map(({ slug }: { slug: string }) => slug)).toEqual(['tides']);
  });
});

describe('a person who leaves', () => {
  it('a person who leaves loses keys of every kind at once', async () => {
    const dev = await installation.join(theirs, 'developer', 'dora');
    const holder = { ...dev, organizationId: theirs.organizationId };
    const keys = {
      admin: await installation.key(holder, { permissions: ['connectors:read'] }),
      deploy: await installation.key(holder, { kind: 'deploy' }),
    };
    const read = (as: string | SignedIn) => installation.call('GET', '/organizations/theirs/connectors', { as });
    for (const as of [keys.admin, keys.deploy, dev]) expect((await read(as)).status).toBe(200);
    const members = await installation.call('GET', '/organizations/theirs/members', { as: theirs });
    const member = members.body.items.find(({ person }: { person: { id: string } }) => person.id === dev.personId);
    const left = await installation.call('DELETE', `/organizations/theirs/members/${member.id}`, { as: theirs });
    expect(left.status).toBe(200);
    const listed = await installation.call('GET', '/organizations/theirs/api-keys', { as: theirs });
    const ofDora = listed.body.items.filter(({ owner }: { owner: { id: string } }) => owner.id === dev.personId);
    expect(ofDora.map(({ revokedAt }: { revokedAt: string | null }) => revokedAt !== null)).toEqual([true, true]);
    expect((await read(dev)).status).toBe(404);
  });
});
