import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, ORIGIN, PASSWORD, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { organizationId: string };

beforeAll(async () => {
  installation = await Installation.start('invite');
  owner = await installation.owner('acme');
});
afterAll(() => installation.close());

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

const members = async () => (await installation.call('GET', '/organizations/acme/members', { as: owner })).body.items;

describe('the page of an invitation', () => {
  it('refuses forms of other sites, forms without their token, and withdrawn invitations', async () => {
    const { id, path } = await invite('eve@people.example');
    const form = { name: 'Eve', password: PASSWORD, formToken: await formTokenOf(path) };
    expect((await send(path, form, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await send(path, { ...form, formToken: 'x' })).status).toBe(403);
    await installation.call('DELETE', `/organizations/acme/invitations/${id}`, { as: owner });
    expect((await installation.call('GET', path)).status).toBe(404);
    expect((await send(path, form)).status).toBe(404);
    expect(await members()).toHaveLength(1);
  });

  it('lets whoever has the link join once, signed in, and tells the audit log', async () => {
    const { path } = await invite('bob@people.example');
    const form = { name: 'Bob', password: PASSWORD, formToken: await formTokenOf(path) };
    expect((await send(path, { ...form, password: 'short' })).status).toBe(400);
    const joined = await send(path, form);
    expect([joined.status, joined.headers.location]).toEqual([303, `${ORIGIN}/dashboard`]);
    expect(String(joined.headers['set-cookie'])).toMatch(/^patchbay_session=.*HttpOnly; SameSite=Lax$/);
    expect((await send(path, form)).status).toBe(404);
    expect(await members()).toMatchObject([{ role: 'owner' }, { role: 'developer', person: { name: 'Bob' } }]);
    const audit = await installation.call('GET', '/organizations/acme/audit-events?limit=1', { as: owner });
    expect(audit.body.items).toMatchObject([{ action: 'member.joined', actor: { name: 'Bob' } }]);
  });

  it('asks for the password of an account that is there, and leaves it alone when it is wrong', async () => {
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
