import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, ORIGIN, PASSWORD, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { organizationId: string };

let superuser: pg.Pool;

beforeAll(async () => {
  installation = await Installation.start('invite');
  superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 1 });
  owner = await installation.owner('acme');
});
afterAll(async () => {
  await superuser?.end();
  await installation?.close();
});

async function invite(email: string): Promise<{ id: string; path: string }> {
  const body = { email, role: 'developer' };
  const made = await installation.call('POST', '/organizations/acme/invitations', { as: owner, body });
  return { id: made.body.id, path: new URL(made.body.url).pathname };
}

async function formTokenOf(path: string): Promise<string> {
  const page = await installation.call('GET', path);
  return /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
}

function send(path: string, form: Record<string, string>, headers: Record<string, string> = { origin: ORIGIN }) {
  return installation.call('POST', path, {
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: Buffer.from(new URLSearchParams(form).toString()),
  });
}

/** The secret in a link's path. */
const secretOf = (path: string) => path.split('/').at(-1) ?? '';

const members = async () => (await installation.call('GET', '/organizations/acme/members', { as: owner })).body.items;

describe('the id of an invitation', () => {
  it('the id of an invitation, which the audit log shows to an API key, does not open its page', async () => {
    const { id } = await invite('ida@people.example');
    const key = await installation.key(owner, { permissions: ['audit:read'] });
    const audit = await installation.call('GET', '/organizations/acme/audit-events?limit=5', { as: key });
    expect(audit.body.items).toContainEqual(
      expect.objectContaining({ action: 'invitation.created', target: { type: 'invitation', id } }),
    );
    expect((await installation.call('GET', `/-/invitations/${id}`)).status).toBe(404);
    const listed = await installation.call('GET', '/organizations/acme/invitations', { as: owner });
    expect(listed.body.items[0]).toMatchObject({ id, status: 'pending' });
    expect(listed.text).not.toContain('/-/invitations/');
  });
});

describe('a request that is repeated', () => {
  it('a repeated request for an invitation is answered without its link, which was shown once', async () => {
    const invite = () =>
      installation.call('POST', '/organizations/acme/invitations', {
        as: owner,
        body: { email: 'ron@people.example' },
        headers: { 'idempotency-key': 'once' },
      });
    const [first, second] = [await invite(), await invite()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.body.url).toMatch(/\/-\/invitations\/[\w-]{43}$/);
    expect(second.body).toEqual({ ...first.body, url: null });
  });
});

describe('an invitation above the role of who looks', () => {
  it('an invitation above an admin’s role is not shown to, renewed or withdrawn by that admin', async () => {
    const admin = await installation.join(owner, 'admin', 'ada');
    const body = { email: 'otto@people.example', role: 'owner' };
    const { id } = (await installation.call('POST', '/organizations/acme/invitations', { as: owner, body })).body;
    const path = `/organizations/acme/invitations/${id}`;
    const listed = await installation.call('GET', '/organizations/acme/invitations', { as: admin });
    expect(listed.body.items.length).toBeGreaterThan(0);
    expect(listed.body.items.map((entry: { id: string }) => entry.id)).not.toContain(id);
    expect((await installation.call('POST', `${path}/reissue`, { as: admin })).status).toBe(404);
    expect((await installation.call('DELETE', path, { as: admin })).status).toBe(404);
    expect((await installation.call('DELETE', path, { as: owner })).status).toBe(204);
  });
});

describe('a new link of an invitation', () => {
  const reissue = (id: string) =>
    installation.call('POST', `/organizations/acme/invitations/${id}/reissue`, { as: owner });

  it('a new link is refused for a withdrawn invitation, and beside another invitation to the address', async () => {
    const { id } = await invite('uma@people.example');
    await installation.call('DELETE', `/organizations/acme/invitations/${id}`, { as: owner });
    expect((await reissue(id)).status).toBe(404);
    const old = await invite('una@people.example');
    await superuser.query('UPDATE identity.invitations SET expires_at = now() WHERE id = $1', [old.id]);
    await invite('una@people.example');
    expect((await reissue(old.id)).body.code).toBe('admin.already_member');
  });

  it('a new link of an invitation ends the link before, and is on record without the link itself', async () => {
    const { id, path } = await invite('ned@people.example');
    const renewed = await reissue(id);
    expect([renewed.status, renewed.body.id]).toEqual([200, id]);
    const renewedPath = new URL(renewed.body.url).pathname;
    expect((await installation.call('GET', path)).status).toBe(404);
    expect((await installation.call('GET', renewedPath)).status).toBe(200);
    const audit = await installation.call('GET', '/organizations/acme/audit-events?limit=1', { as: owner });
    expect(audit.body.items).toMatchObject([
      { action: 'invitation.reissued', target: { id }, after: { email: 'ned@people.example', role: 'developer' } },
    ]);
    expect(audit.text).not.toContain(secretOf(renewedPath));
  });

  it('a new link opens an invitation that an earlier release made and an upgrade ended', async () => {
    const { id } = await invite('olaf@people.example');
    // As the migration leaves it: without a secret, and over.
    await superuser.query('UPDATE identity.invitations SET secret_hash = NULL, expires_at = now() WHERE id = $1', [id]);
    const listed = await installation.call('GET', '/organizations/acme/invitations', { as: owner });
    expect(listed.body.items).toContainEqual(expect.objectContaining({ id, status: 'expired' }));
    expect((await installation.call('GET', `/-/invitations/${id}`)).status).toBe(404);
    expect((await installation.call('GET', new URL((await reissue(id)).body.url).pathname)).status).toBe(200);
  });
});

describe('the page of an invitation', () => {
  it('an invitation’s page refuses other sites’ forms, forms without token, and withdrawn invitations', async () => {
    const before = await members();
    const { id, path } = await invite('eve@people.example');
    const form = { name: 'Eve', password: PASSWORD, formToken: await formTokenOf(path) };
    expect((await send(path, form, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await send(path, { ...form, formToken: 'x' })).status).toBe(403);
    await installation.call('DELETE', `/organizations/acme/invitations/${id}`, { as: owner });
    expect((await installation.call('GET', path)).status).toBe(404);
    expect((await send(path, form)).status).toBe(404);
    expect(await members()).toEqual(before);
  });

  it('an invitation lets the holder of its link join once, signed in, and writes the audit log', async () => {
    const { path } = await invite('bob@people.example');
    const form = { name: 'Bob', password: PASSWORD, formToken: await formTokenOf(path) };
    expect((await send(path, { ...form, password: 'short' })).status).toBe(400);
    const joined = await send(path, form);
    expect([joined.status, joined.headers.location]).toEqual([303, `${ORIGIN}/dashboard`]);
    expect(String(joined.headers['set-cookie'])).toMatch(/^patchbay_session=.*HttpOnly; SameSite=Lax$/);
    expect((await send(path, form)).status).toBe(404);
    expect(await members()).toContainEqual(
      expect.objectContaining({ role: 'developer', person: expect.objectContaining({ name: 'Bob' }) }),
    );
    const audit = await installation.call('GET', '/organizations/acme/audit-events?limit=1', { as: owner });
    expect(audit.body.items).toMatchObject([{ action: 'member.joined', actor: { name: 'Bob' } }]);
  });

  it('an invitation’s page requires the password of an existing account, and leaves it unchanged', async () => {
    const other = await installation.owner('other');
    const { path } = await invite(other.email);
    const form = { name: 'Somebody', formToken: await formTokenOf(path) };
    expect((await send(path, { ...form, password: 'not the password' })).status).toBe(400);
    expect((await send(path, { ...form, password: PASSWORD })).status).toBe(303);
    const me = await installation.call('GET', '/me', { as: other });
    expect(me.body.person.name).toBe('Owner of other');
    expect(me.body.organizations.map(({ slug }: { slug: string }) => slug)).toEqual(['acme', 'other']);
  });
});
