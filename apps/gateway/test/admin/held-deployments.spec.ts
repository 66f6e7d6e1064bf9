/** Resolving a held version: only a person in their own browser session may. */
import { renameConnector } from '@patchbay/domain/connectors';
import { activate } from '@patchbay/domain/deployments';
import { moveVersion, submitVersion, VERSION_STATES } from '@patchbay/domain/versions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorize } from '../../src/admin/access/authorize.ts';
import type { SessionCaller } from '../../src/admin/access/caller.ts';
import { Installation, type SignedIn } from './given.ts';

/** Two tools whose joined names are equal at a connector `git`, and at no other. */
const SHARING = [`${'x'.repeat(54)}0000584758`, `${'x'.repeat(54)}0001507784`];
const SYSTEM = { kind: 'system', name: 'test' } as const;
const DIGEST = `sha256:${'0'.repeat(64)}`;

let installation: Installation;
let owner: SignedIn & { readonly organizationId: string };
let admin: SignedIn;
let developer: SignedIn;
let connectorId: string;
let path: string;

beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
  admin = await installation.join(owner, 'admin', 'ada');
  developer = await installation.join(owner, 'developer', 'dev');
  const body = { slug: 'git' };
  connectorId = (await installation.call('POST', '/organizations/acme/connectors', { as: owner, body })).body.id;
  const held = await installation.database.withOrganization(owner, async (tx) => {
    const input = { connectorId, sourceDigest: DIGEST, typecheck: false, activate: true };
    let version = await submitVersion(tx, SYSTEM, input);
    for (const to of VERSION_STATES.slice(1, VERSION_STATES.indexOf('published') + 1)) {
      const manifest = { manifestVersion: 1, tools: SHARING.map((name) => ({ name })) };
      const patch = to === 'published' ? { artifactDigest: DIGEST, manifest } : {};
      version = await moveVersion(tx, version.id, { from: version.state, to }, patch);
    }
    return activate(tx, SYSTEM, { connectorId, versionId: version.id, cause: 'deploy' });
  });
  expect(held.state).toBe('held');
  path = `/organizations/acme/connectors/git/deployments/${held.deployment.id}/resolve`;
});
afterAll(() => installation.close());

const live = async () =>
  (await installation.call('GET', `/organizations/acme/connectors/${connectorId}`, { as: owner })).body.live;

describe('a held deployment', () => {
  it('a held deployment is not resolved with a key of any kind', async () => {
    for (const kind of ['admin', 'deploy', 'mcp'] as const) {
      const answer = await installation.call('POST', path, { as: await installation.key(owner, { kind }) });
      const code = kind === 'mcp' ? 'api-keys.wrong_door' : 'admin.permission_missing';
      expect([kind, answer.status, answer.body.code]).toEqual([kind, 403, code]);
    }
  });

  it('a held deployment is not resolved with a key beside the cookie of an owner, which the key hides', async () => {
    const key = await installation.key(owner);
    const headers = { cookie: owner.cookie, 'sec-fetch-site': 'same-origin' };
    expect((await installation.call('POST', path, { as: key, headers })).body.code).toBe('admin.permission_missing');
  });

  it('no key can be made that lists the permission to resolve a held deployment', async () => {
    const body = { kind: 'admin', name: 'k', permissions: ['deployments:approve'], expiresInDays: 1 };
    const answer = await installation.call('POST', '/organizations/acme/api-keys', { as: owner, body });
    expect(answer.body.code).toBe('api-keys.above_creator');
  });

  it('a held deployment is not resolved by a request that another site, a form or a link can make', async () => {
    const { cookie } = owner;
    const foreign: readonly Record<string, string>[] = [{ cookie }, { cookie, 'sec-fetch-site': 'cross-site' }];
    for (const headers of foreign) {
      const answer = await installation.call('POST', path, { headers });
      expect([answer.status, answer.body.code]).toEqual([403, 'auth.cross_site']);
    }
    const form = { as: owner, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect((await installation.call('POST', path, { ...form, payload: Buffer.from('a=b') })).status).toBe(415);
    expect((await installation.call('GET', path, { as: owner })).status).toBe(404);
  });

  it('a held deployment is not resolved by a developer, whose own version it may be', async () => {
    const answer = await installation.call('POST', path, { as: developer });
    expect([answer.status, answer.body.code]).toEqual([403, 'admin.permission_missing']);
  });

  it('a held deployment stays held while its reason persists, then goes live, and is audited', async () => {
    const refused = await installation.call('POST', path, { as: admin });
    expect([refused.status, refused.body]).toMatchObject([201, { state: 'held', reasons: [{ code: 'name_shared' }] }]);
    expect(await live()).toBeNull();
    // The one that was answered for is not the newest any more.
    expect((await installation.call('POST', path, { as: owner })).body.code).toBe('deployments.live_changed');
    await installation.database.withOrganization(owner, (tx) => renameConnector(tx, SYSTEM, connectorId, 'hub'));
    const newest = path.replace(/dep_\w+/, refused.body.id);
    const answer = await installation.call('POST', newest, { as: admin });
    expect(answer.body).toMatchObject({ state: 'active', actor: { kind: 'person', id: admin.personId } });
    expect(await live()).not.toBeNull();
    expect((await installation.call('POST', newest, { as: owner })).body.code).toBe('deployments.live_changed');
    const audit = await installation.call('GET', '/organizations/acme/audit-events', { as: owner });
    const resolved = audit.body.items.filter(({ action }: { action: string }) => action === 'deployment.resolved');
    expect(resolved).toHaveLength(2);
  });
});

describe('a session that opens certain organizations', () => {
  it('a session that opens certain organizations opens no other one, whatever its person is there', async () => {
    const caller = (organizationIds: readonly string[] | null): SessionCaller => ({
      kind: 'person',
      actor: { kind: 'person', personId: owner.personId },
      person: { id: owner.personId, name: 'Owner', email: owner.email },
      session: {
        sessionId: 's',
        authenticatedAt: new Date(),
        secondFactor: false,
        organizationIds,
      },
    });
    const enter = (organizationIds: readonly string[] | null) =>
      authorize(installation.database, caller(organizationIds), 'acme');
    await expect(enter([])).rejects.toMatchObject({ code: 'auth.session_elsewhere' });
    await expect(enter(['org_other'])).rejects.toMatchObject({ code: 'auth.session_elsewhere' });
    expect((await enter([owner.organizationId])).roles).toEqual(['owner']);
    expect((await enter(null)).roles).toEqual(['owner']);
  });
});
