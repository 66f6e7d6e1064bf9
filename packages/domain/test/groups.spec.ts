import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey, createApiKeyCache } from '../src/api-keys/index.ts';
import { ChangeFeed, OutboxRelay } from '../src/changes/index.ts';
import {
  addGroupMember,
  createGroup,
  deleteGroup,
  groupsOf,
  listGroups,
  removeGroupMember,
  renameGroup,
} from '../src/groups/index.ts';
import { ALL_PERMISSIONS } from '../src/organizations/index.ts';
import { type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';

let given: Given;
let ours: GivenOrganization;
let theirs: GivenOrganization;

beforeAll(async () => {
  given = await startGiven();
  [ours, theirs] = [await given.organization(), await given.organization()];
});
afterAll(() => given.close());

const inside = <T>(work: Parameters<typeof given.database.withOrganization<T>>[1], organization = ours) =>
  given.database.withOrganization(organization, work);
const make = (name: string) => inside((tx) => createGroup(tx, SYSTEM, { name }));

describe('a group', () => {
  it('a group takes no other group’s name, also at the same time, and no person of another organization', async () => {
    const results = await Promise.allSettled([make('twins'), make('twins')]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { id } = await make('taken');
    await expect(make('taken')).rejects.toMatchObject({ code: 'groups.name_taken' });
    const other = await make('other');
    await expect(inside((tx) => renameGroup(tx, SYSTEM, { id: other.id, name: 'taken' }))).rejects.toMatchObject({
      code: 'groups.name_taken',
    });
    await expect(inside((tx) => addGroupMember(tx, SYSTEM, { id, personId: theirs.personId }))).rejects.toThrow();
  });

  it('a group is not created when the organization has two hundred groups', async () => {
    const { organizationId } = await given.organization();
    await given.superuser.query(
      "INSERT INTO app.groups (organization_id, id, name) SELECT $1, 'grp_' || n, 'group ' || n FROM generate_series(1, 200) AS n",
      [organizationId],
    );
    await expect(
      given.database.withOrganization({ organizationId }, (tx) => createGroup(tx, SYSTEM, { name: 'one more' })),
    ).rejects.toMatchObject({ code: 'groups.too_many' });
  });

  it('a group does not exist for another organization', async () => {
    const { id } = await make('ours alone');
    const change = { id, personId: theirs.personId };
    const attempts = [
      () => inside((tx) => renameGroup(tx, SYSTEM, { id, name: 'stolen' }), theirs),
      () => inside((tx) => addGroupMember(tx, SYSTEM, change), theirs),
      () => inside((tx) => removeGroupMember(tx, SYSTEM, change), theirs),
      () => inside((tx) => deleteGroup(tx, SYSTEM, { id }), theirs),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'groups.not_found' });
    expect((await inside(listGroups, theirs)).length).toBe(0);
  });

  it('a group loses a member who leaves the organization, in the transaction that removes the member', async () => {
    const organization = await given.organization();
    const { id } = await inside((tx) => createGroup(tx, SYSTEM, { name: 'pilots' }), organization);
    await inside((tx) => addGroupMember(tx, SYSTEM, { id, personId: organization.personId }), organization);
    await given.auth.query('DELETE FROM identity.members WHERE organization_id = $1', [organization.organizationId]);
    expect(await inside(listGroups, organization)).toMatchObject([{ name: 'pilots', personIds: [] }]);
  });
});

describe('the groups of a caller', () => {
  it('a caller’s groups are current at a gateway after each change: added, renamed, removed, deleted', async () => {
    const feed = new ChangeFeed({ url: given.test.urls.app });
    await feed.start();
    const relay = OutboxRelay.start({ url: given.test.urls.app });
    const keys = createApiKeyCache({ database: given.database, feed });
    try {
      const { secret } = await inside((tx) =>
        createApiKey(
          tx,
          ours.actor,
          { kind: 'mcp', name: 'k', connectorIds: ['*'], expiresAt: new Date(Date.now() + 60_000) },
          { permissions: new Set(ALL_PERMISSIONS) },
        ),
      );
      const names = async () => {
        const { groups } = await keys.verify(secret.reveal(), ['mcp'], '198.51.100.1');
        return groups.map(({ name }) => name);
      };
      const become = (expected: readonly string[]) => expect.poll(names, { timeout: 30_000 }).toEqual(expected);
      expect(await names()).toEqual([]);
      const [pilots, testers] = [await make('pilots'), await make('testers')];
      for (const { id } of [pilots, testers]) {
        await inside((tx) => addGroupMember(tx, ours.actor, { id, personId: ours.personId }));
      }
      await become(['pilots', 'testers']);
      await inside((tx) => renameGroup(tx, ours.actor, { id: pilots.id, name: 'aviators' }));
      await become(['aviators', 'testers']);
      await inside((tx) => removeGroupMember(tx, ours.actor, { id: pilots.id, personId: ours.personId }));
      await become(['testers']);
      await inside((tx) => deleteGroup(tx, ours.actor, { id: testers.id }));
      await become([]);
      expect(await inside((tx) => groupsOf(tx, ours.personId))).toEqual([]);
    } finally {
      await keys.close();
      await relay.close();
      await feed.close();
    }
  });
});
