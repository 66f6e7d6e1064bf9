import { waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Installation, type SignedIn } from './given.ts';

const BASE = '/organizations/acme/service-accounts';

let installation: Installation;
let owner: SignedIn & { readonly organizationId: string };
let developer: SignedIn;
beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
  developer = await installation.join(owner, 'developer', 'dev');
});
afterAll(() => installation.close());

async function givenAccount(name: string, as: SignedIn = owner): Promise<string> {
  const created = await installation.call('POST', BASE, { as, body: { name } });
  expect(created.status).toBe(201);
  return created.body.id;
}

async function givenKey(serviceAccount: string, permissions: readonly string[], as: SignedIn = owner) {
  const body = { kind: 'admin', name: 'ci', permissions, serviceAccount };
  const created = await installation.call('POST', '/organizations/acme/api-keys', { as, body });
  expect(created.status).toBe(201);
  return { id: String(created.body.id), text: String(created.body.secret), owner: created.body.owner };
}

const disable = (id: string, disabled: boolean, as: SignedIn | string = owner) =>
  installation.call('PATCH', `${BASE}/${id}`, { as, body: { disabled } });
const codeOf = ({ status, body }: Answer) => [status, body?.code];
const members = (as: string) => installation.call('GET', '/organizations/acme/members', { as });
const audit = (as: string) => installation.call('GET', '/organizations/acme/audit-events', { as });

async function memberId(person: SignedIn): Promise<string> {
  const { body } = await installation.call('GET', '/organizations/acme/members', { as: owner });
  return body.items.find((member: { person: { id: string } }) => member.person.id === person.personId).id;
}

describe('service accounts', () => {
  it('service accounts are made and changed by no developer and by no key, and their keys by no developer', async () => {
    const id = await givenAccount('guarded');
    const { text } = await givenKey(id, ['service-accounts:read']);
    for (const as of [developer, text]) {
      expect(codeOf(await installation.call('POST', BASE, { as, body: { name: 'mine' } }))).toEqual([
        403,
        'admin.permission_missing',
      ]);
      expect(codeOf(await disable(id, true, as))).toEqual([403, 'admin.permission_missing']);
    }
    const body = { kind: 'mcp', name: 'k', connectors: ['*'], serviceAccount: id };
    const key = await installation.call('POST', '/organizations/acme/api-keys', { as: developer, body });
    expect(codeOf(key)).toEqual([403, 'admin.permission_missing']);
    const listed = await installation.call('GET', BASE, { as: developer });
    expect(listed.body.items).toContainEqual(
      expect.objectContaining({ id, disabledAt: null, responsible: expect.objectContaining({ id: owner.personId }) }),
    );
  });

  it('service accounts refuse a name that is taken, and an id of nothing', async () => {
    await givenAccount('twice');
    expect(codeOf(await installation.call('POST', BASE, { as: owner, body: { name: 'twice' } }))).toEqual([
      409,
      'service-accounts.name_taken',
    ]);
    expect(codeOf(await disable(`svc_${'0'.repeat(26)}`, true))).toEqual([404, 'service-accounts.not_found']);
    const body = { kind: 'mcp', name: 'k', connectors: ['*'], serviceAccount: `svc_${'0'.repeat(26)}` };
    const key = await installation.call('POST', '/organizations/acme/api-keys', { as: owner, body });
    expect(codeOf(key)).toEqual([404, 'service-accounts.not_found']);
  });

  it('keys of a disabled service account open nothing, and open again when a person enables it', async () => {
    const id = await givenAccount('nightly');
    const key = await givenKey(id, ['members:read']);
    expect(key.owner).toEqual({ kind: 'service_account', id, name: 'nightly', client: null });
    expect((await members(key.text)).status).toBe(200);
    expect((await disable(id, true)).body.disabledAt).not.toBeNull();
    await waitFor(async () => (await members(key.text)).status === 401, { what: 'the refusal of the key' });
    expect((await disable(id, false)).body.disabledAt).toBeNull();
    await waitFor(async () => (await members(key.text)).status === 200, { what: 'the key to open again' });
    const events = await installation.call('GET', '/organizations/acme/audit-events', { as: owner });
    const actions = events.body.items
      .filter((event: { target: { id: string } }) => event.target.id === id)
      .map((event: { action: string }) => event.action);
    expect(actions).toEqual(['service_account.enabled', 'service_account.disabled', 'service_account.created']);
  });

  it('keys of a service account lose what its responsible member may no longer do, and all when the member leaves', async () => {
    const admin = await installation.join(owner, 'admin', 'ada');
    const id = await givenAccount('exporter', admin);
    const { text } = await givenKey(id, ['audit:read', 'members:read'], admin);
    expect([(await audit(text)).status, (await members(text)).status]).toEqual([200, 200]);

    const member = `/organizations/acme/members/${await memberId(admin)}`;
    await installation.call('PATCH', member, { as: owner, body: { role: 'developer' } });
    await waitFor(async () => (await audit(text)).status === 403, { what: 'the permission to be taken back' });
    expect((await members(text)).status).toBe(200);

    await installation.call('DELETE', member, { as: owner });
    await waitFor(async () => (await members(text)).status === 401, { what: 'the key to end with the membership' });

    const taken = await disable(id, false);
    expect(taken.body.responsible.id).toBe(owner.personId);
    await waitFor(async () => (await audit(text)).status === 200, {
      what: 'the key of the account that was taken over',
    });
  });

  it('an organization that has the maximum of service accounts gets no other', async () => {
    const elsewhere = await installation.owner('full');
    await installation.database.withOrganization(elsewhere, (tx) =>
      tx.query(
        `INSERT INTO app.service_accounts (organization_id, id, name)
         SELECT $1, 'svc_' || lpad(n::text, 26, '0'), n::text FROM generate_series(1, 100) AS n`,
        [elsewhere.organizationId],
      ),
    );
    const path = '/organizations/full/service-accounts';
    const refused = await installation.call('POST', path, { as: elsewhere, body: { name: 'one more' } });
    expect(codeOf(refused)).toEqual([409, 'service-accounts.too_many']);
  });
});
