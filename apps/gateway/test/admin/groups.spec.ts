import { waitFor } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Installation, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { readonly organizationId: string };
let developer: SignedIn;
const BASE = '/organizations/acme/groups';

beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
  developer = await installation.join(owner, 'developer', 'dev');
});
afterAll(() => installation.close());

const memberId = async (person: SignedIn): Promise<string> => {
  const { body } = await installation.call('GET', '/organizations/acme/members', { as: owner });
  return body.items.find((member: { person: { id: string } }) => member.person.id === person.personId).id;
};

describe('groups', () => {
  it('groups are changed by no developer and by no key', async () => {
    const key = await installation.key(owner);
    for (const as of [developer, key]) {
      const answer = await installation.call('POST', BASE, { as, body: { name: 'mine' } });
      expect([answer.status, answer.body.code]).toEqual([403, 'admin.permission_missing']);
    }
    expect((await installation.call('GET', BASE, { as: developer })).body).toEqual({ items: [], nextCursor: null });
  });

  it('groups refuse a name that is taken or empty, and a member who does not exist', async () => {
    const pilots = await installation.call('POST', BASE, { as: owner, body: { name: 'pilots' } });
    const taken = await installation.call('POST', BASE, { as: owner, body: { name: 'pilots' } });
    expect([taken.status, taken.body.code]).toEqual([409, 'groups.name_taken']);
    expect((await installation.call('POST', BASE, { as: owner, body: { name: ' ' } })).status).toBe(400);
    const unknown = `${BASE}/${pilots.body.id}/members/mbr_00000000000000000000000000`;
    expect((await installation.call('PUT', unknown, { as: owner })).status).toBe(404);
  });

  it('groups refuse the id of something else as a group or a member', async () => {
    const pilots = await installation.call('GET', BASE, { as: owner });
    const id = pilots.body.items[0].id;
    for (const path of [`${BASE}/pilots`, `${BASE}/${owner.organizationId}`]) {
      const answer = await installation.call('PATCH', path, { as: owner, body: { name: 'other' } });
      expect([answer.status, answer.body.code]).toEqual([400, 'admin.invalid_request']);
    }
    const added = await installation.call('PUT', `${BASE}/${id}/members/${developer.personId}`, { as: owner });
    expect([added.status, added.body.code]).toEqual([400, 'admin.invalid_request']);
  });

  it('a group refuses a member who leaves the organization while being added', async () => {
    const leaver = await installation.join(owner, 'developer', 'leaver');
    const member = await memberId(leaver);
    const created = await installation.call('POST', BASE, { as: owner, body: { name: 'leavers' } });
    const other = new pg.Client({ connectionString: installation.superuserUrl });
    await other.connect();
    onTestFinished(() => other.end());
    // The request has looked the member up, and waits: groups change one at a time.
    await other.query('BEGIN');
    const key = `groups of ${owner.organizationId}`;
    await other.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [key]);
    const adding = installation.call('PUT', `${BASE}/${created.body.id}/members/${member}`, { as: owner });
    await waitFor(
      async () => {
        const { rows } = await other.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`);
        return rows.length > 0;
      },
      { what: 'the request to wait' },
    );
    expect((await installation.call('DELETE', `/organizations/acme/members/${member}`, { as: owner })).status).toBe(
      200,
    );
    await other.query('COMMIT');
    const answer = await adding;
    expect([answer.status, answer.body.code]).toEqual([404, 'groups.member_gone']);
  });

  it('groups are made, renamed, filled, emptied and deleted, each step on record', async () => {
    const created = await installation.call('POST', BASE, { as: owner, body: { name: 'testers' } });
    expect([created.status, created.body.members]).toEqual([201, []]);
    const path = `${BASE}/${created.body.id}`;
    const member = await memberId(developer);
    const added = await installation.call('PUT', `${path}/members/${member}`, { as: owner });
    expect(added.body.members).toMatchObject([{ id: member, person: { id: developer.personId, name: 'dev' } }]);
    // Twice is fine, and on record once.
    await installation.call('PUT', `${path}/members/${member}`, { as: owner });
    const renamed = await installation.call('PATCH', path, { as: owner, body: { name: 'aviators' } });
    expect(renamed.body).toMatchObject({ id: created.body.id, name: 'aviators' });
    const removed = await installation.call('DELETE', `${path}/members/${member}`, { as: owner });
    expect(removed.body.members).toEqual([]);
    expect((await installation.call('DELETE', path, { as: owner })).status).toBe(204);
    expect((await installation.call('DELETE', path, { as: owner })).body.code).toBe('groups.not_found');
    const audit = await installation.call('GET', '/organizations/acme/audit-events', { as: owner });
    const actions = audit.body.items
      .filter(({ target }: { target: { id: string } }) => target.id === created.body.id)
      .map(({ action }: { action: string }) => action);
    expect(actions.toReversed()).toEqual([
      'group.created',
      'group.member_added',
      'group.renamed',
      'group.member_removed',
      'group.deleted',
    ]);
  });
});
