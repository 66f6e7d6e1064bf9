import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { organizationId: string };

beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
});
afterAll(() => installation.close());

const create = (slug: string, as: SignedIn | string = owner) =>
  installation.call('POST', '/organizations', { as, body: { slug, name: 'Another' } });

async function memberIdOf(email: string, organization = 'acme'): Promise<string> {
  const members = await installation.call('GET', `/organizations/${organization}/members`, { as: owner });
  return members.body.items.find((member: { person: { email: string } }) => member.person.email === email).id;
}

describe('creating an organization', () => {
  it('creating an organization refuses a slug that is taken, reserved or not a slug', async () => {
    const answers = [];
    for (const slug of ['acme', 'api', 'Not', 'a--b']) answers.push(await create(slug));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'organizations.slug_taken'],
      [422, 'organizations.slug_reserved'],
      [422, 'organizations.slug_invalid'],
      [422, 'organizations.slug_invalid'],
    ]);
  });

  it('an organization is refused a name that looks like a brand, with the operator’s setting', async () => {
    const answer = await create('claude-team');
    expect([answer.status, answer.body.code]).toEqual([403, 'organizations.name_needs_release']);
    expect(answer.body.detail).toContain(`claude-team=${owner.personId}`);
    const renamed = await installation.call('PATCH', '/organizations/acme', { as: owner, body: { name: 'Anthropic' } });
    expect([renamed.status, renamed.body.code]).toEqual([403, 'organizations.name_needs_release']);
  });

  it('creating an organization refuses a body that is too large', async () => {
    const answer = await installation.call('POST', '/organizations', {
      as: owner,
      body: { name: 'x'.repeat(5_000_000) },
    });
    expect([answer.status, answer.body.code]).toEqual([413, 'admin.body_too_large']);
  });

  it('creating an organization refuses keys, whatever they list', async () => {
    const answer = await create('by-key', await installation.key(owner));
    expect([answer.status, answer.body.code]).toEqual([403, 'admin.person_required']);
  });

  it('creating an organization makes the caller its owner and is audited', async () => {
    const answer = await create('second');
    expect([answer.status, answer.body.roles]).toEqual([201, ['owner']]);
    const audit = await installation.call('GET', '/organizations/second/audit-events', { as: owner });
    expect(audit.body.items).toMatchObject([
      { action: 'organization.created', actor: { kind: 'person', id: owner.personId, name: 'Owner of acme' } },
    ]);
    const me = await installation.call('GET', '/me', { as: owner });
    expect(me.body.organizations.map(({ slug }: { slug: string }) => slug).sort()).toEqual(['acme', 'second']);
  });
});

describe('renaming an organization', () => {
  it('a renamed organization keeps its old slug, which no other organization gets', async () => {
    await create('old-name');
    const path = '/organizations/old-name';
    const renamed = await installation.call('PATCH', path, { as: owner, body: { slug: 'new-name' } });
    expect([renamed.status, renamed.body.slug]).toEqual([200, 'new-name']);
    expect((await installation.call('GET', path, { as: owner })).body.slug).toBe('new-name');
    const again = await create('old-name');
    expect([again.status, again.body.code]).toEqual([409, 'organizations.slug_retired']);
    await create('other-name');
    const taken = await installation.call('PATCH', '/organizations/other-name', {
      as: owner,
      body: { slug: 'old-name' },
    });
    expect([taken.status, taken.body.code]).toEqual([409, 'organizations.slug_retired']);
  });
});

describe('deleting an organization', () => {
  it('a deleted organization is out of service at once, and can be restored', async () => {
    await create('short-lived');
    const path = '/organizations/short-lived';
    const deleted = await installation.call('DELETE', path, { as: owner });
    expect(deleted.status).toBe(204);
    // Its secrets open nowhere from here on, until it is restored.
    expect(installation.withheld.size).toBe(1);
    const connectors = await installation.call('GET', `${path}/connectors`, { as: owner });
    expect([connectors.status, connectors.body.code]).toEqual([410, 'admin.organization_deleted']);
    const shown = await installation.call('GET', path, { as: owner });
    expect(shown.body.actions.restore).toEqual({ allowed: true, reason: null });
    expect((await create('short-lived')).status).toBe(409);
    const restored = await installation.call('POST', `${path}/restore`, { as: owner });
    expect([restored.status, restored.body.deletedAt]).toEqual([200, null]);
    expect(installation.withheld.size).toBe(0);
    expect((await installation.call('GET', `${path}/connectors`, { as: owner })).status).toBe(200);
  });
});

describe('members', () => {
  it('the last owner of an organization can neither leave nor step down', async () => {
    const id = await memberIdOf(owner.email);
    const leave = await installation.call('DELETE', `/organizations/acme/members/${id}`, { as: owner });
    const down = await installation.call('PATCH', `/organizations/acme/members/${id}`, {
      as: owner,
      body: { role: 'member' },
    });
    expect([leave, down].map(({ status, body }) => [status, body.code])).toEqual(
      Array(2).fill([409, 'admin.last_owner']),
    );
  });

  it('an admin can neither grant the role of owner nor remove an owner', async () => {
    const admin = await installation.join(owner, 'admin', 'adam');
    const invited = await installation.call('POST', '/organizations/acme/invitations', {
      as: admin,
      body: { email: 'x@people.example', role: 'owner' },
    });
    const promoted = await installation.call('PATCH', `/organizations/acme/members/${await memberIdOf(admin.email)}`, {
      as: admin,
      body: { role: 'owner' },
    });
    const ousted = await installation.call('DELETE', `/organizations/acme/members/${await memberIdOf(owner.email)}`, {
      as: admin,
    });
    expect([invited, promoted, ousted].map(({ status, body }) => [status, body.code])).toEqual(
      Array(3).fill([403, 'admin.role_above_own']),
    );
  });

  it('a member leaves on their own, and their keys end with the membership', async () => {
    const developer = await installation.join(owner, 'developer', 'dana');
    const key = await installation.key(
      { organizationId: owner.organizationId, personId: developer.personId },
      { permissions: ['connectors:read'] },
    );
    expect((await installation.call('GET', '/organizations/acme/connectors', { as: key })).status).toBe(200);
    const id = await memberIdOf(developer.email);
    expect((await installation.call('DELETE', `/organizations/acme/members/${id}`, { as: developer })).status).toBe(
      200,
    );
    expect((await installation.call('GET', '/organizations/acme', { as: developer })).status).toBe(404);
    await expect
      .poll(async () => (await installation.call('GET', '/organizations/acme/connectors', { as: key })).status)
      .toBe(401);
  });

  it('two last owners who leave at once do not both get away', async () => {
    await create('pair');
    const pair = await installation.call('GET', '/organizations/pair', { as: owner });
    const second = await installation.join({ ...owner, organizationId: pair.body.id }, 'owner', 'olga');
    const [first, other] = [await memberIdOf(owner.email, 'pair'), await memberIdOf(second.email, 'pair')];
    const answers = await Promise.all([
      installation.call('DELETE', `/organizations/pair/members/${first}`, { as: owner }),
      installation.call('DELETE', `/organizations/pair/members/${other}`, { as: second }),
    ]);

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('an address is invited once, and a member is not invited', async () => {
    const invite = (email: string) =>
      installation.call('POST', '/organizations/acme/invitations', { as: owner, body: { email } });
    const first = await invite('new@people.example');
    expect([first.status, first.body.role]).toEqual([201, 'member']);
    expect((await invite('NEW@people.example')).body.code).toBe('admin.already_member');
    expect((await invite(owner.email)).body.code).toBe('admin.already_member');
    const path = `/organizations/acme/invitations/${first.body.id}`;
    expect((await installation.call('DELETE', path, { as: owner })).status).toBe(204);
    expect((await installation.call('DELETE', path, { as: owner })).status).toBe(404);
    expect((await invite('new@people.example')).status).toBe(201);
  });
});

describe('API keys', () => {
  it('an API key shows its secret once, never exceeds its creator, and ends when revoked', async () => {
    const path = '/organizations/acme/api-keys';
    const body = { kind: 'admin', name: 'ci', permissions: ['connectors:read'], expiresInDays: 30 };
    const created = await installation.call('POST', path, { as: owner, body });
    expect(created.status).toBe(201);
    const { id, secret } = created.body;
    expect(secret).toMatch(/^pbk_admin_[\w-]{43}[0-9A-Za-z]{6}$/);
    const list = await installation.call('GET', path, { as: owner });
    expect(list.text).not.toContain(secret);
    expect((await installation.call('GET', '/me', { as: secret })).body).toMatchObject({
      kind: 'api_key',
      apiKey: { id, kind: 'admin' },
    });
    const above = await installation.call('POST', path, {
      as: owner,
      body: { ...body, permissions: ['members:write'] },
    });
    expect(above.body.code).toBe('api-keys.above_creator');
    const byKey = await installation.call('POST', path, { as: await installation.key(owner), body });
    expect(byKey.status).toBe(403);

    expect((await installation.call('DELETE', `${path}/${id}`, { as: owner })).status).toBe(204);
    await expect.poll(async () => (await installation.call('GET', '/me', { as: secret })).status).toBe(401);
  });
});
