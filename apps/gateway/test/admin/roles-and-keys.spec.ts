import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, ORIGIN, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { organizationId: string };

beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
});
afterAll(() => installation.close());

interface Row {
  readonly role: string;
  readonly permissions: readonly string[];
  readonly keyPermissions: readonly string[];
  readonly actions: { readonly grant: { readonly allowed: boolean; readonly reason: string | null } };
}

async function rolesFor(as: SignedIn | string): Promise<Row[]> {
  return (await installation.call('GET', '/organizations/acme/roles', { as })).body.items;
}

const grantable = (rows: readonly Row[]) => rows.filter(({ actions }) => actions.grant.allowed).map(({ role }) => role);

describe('the list of roles', () => {
  it('the list of roles shows to a key and a developer that they may grant no role, and why', async () => {
    const key = await rolesFor(await installation.key(owner));
    expect(grantable(key)).toEqual([]);
    expect(key[0]?.actions.grant.reason).toBe('Only a signed-in person may do this.');
    const developer = await rolesFor(await installation.join(owner, 'developer', 'dora'));
    expect(grantable(developer)).toEqual([]);
    expect(developer[0]?.actions.grant.reason).toBe('Needs the permission members:write.');
  });

  it('an owner may give every role, and an admin every role but owner', async () => {
    const rows = await rolesFor(owner);
    expect(grantable(rows)).toEqual(['owner', 'admin', 'developer', 'member']);
    expect(rows.find(({ role }) => role === 'member')?.permissions).toEqual([
      'organization:read',
      'grants:read',
      'grants:write',
      'providers:read',
      'connections:read',
      'connections:write',
      'connectors:read',
    ]);
    expect(rows[0]?.keyPermissions).toContain('connectors:write');
    for (const never of ['api-keys:write', 'members:write', 'organization:delete']) {
      expect(rows[0]?.permissions).toContain(never);
      expect(rows[0]?.keyPermissions).not.toContain(never);
    }
    const admin = await rolesFor(await installation.join(owner, 'admin', 'ada'));
    expect(grantable(admin)).toEqual(['admin', 'developer', 'member']);
  });
});

describe('what no key may do', () => {
  it.each([
    ['POST', 'api-keys', 'api-keys'],
    ['GET', 'invitations', 'members'],
    ['POST', 'invitations', 'members'],
  ] as const)('refuses a key %s %s and names the page where a person does it', async (method, path, page) => {
    const body = { kind: 'mcp', name: 'x', email: 'eve@people.example' };
    const as = await installation.key(owner);
    const answer = await installation.call(method, `/organizations/acme/${path}`, {
      as,
      ...(method === 'POST' && { body }),
    });
    expect([answer.status, answer.body.code]).toEqual([403, 'admin.permission_missing']);
    expect(answer.body.hint).toContain(`${ORIGIN}/dashboard/-/${page}.`);
  });
});

describe('the list of API keys', () => {
  const listed = async (query: string) => {
    const answer = await installation.call('GET', `/organizations/acme/api-keys${query}`, { as: owner });
    return answer.body.items.map(({ name }: { name: string }) => name);
  };

  it('the list of API keys refuses a state it does not know', async () => {
    const answer = await installation.call('GET', '/organizations/acme/api-keys?state=old', { as: owner });
    expect([answer.status, answer.body.code]).toEqual([400, 'admin.invalid_request']);
  });

  it('the list of API keys shows usable and ended keys apart, page by page, and which can be revoked', async () => {
    await installation.key(owner, { name: 'kept' });
    await installation.key(owner, { name: 'kept too' });
    await installation.key(owner, { name: 'revoked' });
    const all = await installation.call('GET', '/organizations/acme/api-keys', { as: owner });
    const { id } = all.body.items.find(({ name }: { name: string }) => name === 'revoked');
    await installation.call('DELETE', `/organizations/acme/api-keys/${id}`, { as: owner });

    expect(await listed('?state=ended')).toEqual(['revoked']);
    const first = await installation.call('GET', '/organizations/acme/api-keys?state=usable&limit=1', { as: owner });
    expect(first.body.items).toMatchObject([
      { name: 'kept too', actions: { revoke: { allowed: true, reason: null } } },
    ]);
    const rest = await listed(`?state=usable&limit=100&cursor=${first.body.nextCursor}`);
    expect(rest[0]).toBe('kept');
    expect([...rest, ...(await listed('?state=ended'))]).toHaveLength((await listed('')).length - 1);
    const ended = await installation.call('GET', '/organizations/acme/api-keys?state=ended', { as: owner });
    expect(ended.body.items).toMatchObject([{ actions: { revoke: { allowed: false, reason: expect.any(String) } } }]);
  });
});
