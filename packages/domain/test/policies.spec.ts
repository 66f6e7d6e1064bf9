import { decide, type PolicySet, type PolicyText } from '@patchbay/policy';
import { waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChangeFeed, OutboxRelay } from '../src/changes/index.ts';
import { renameConnector } from '../src/connectors/index.ts';
import { createGroup, deleteGroup } from '../src/groups/index.ts';
import {
  createPolicy,
  createPolicyDirectory,
  deletePolicy,
  listPolicies,
  replacePolicies,
  updatePolicy,
} from '../src/policies/index.ts';
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
const text = (name: string, rest: Partial<PolicyText> = {}): PolicyText => ({
  name,
  effect: 'blocked',
  when: { tools: [name] },
  ...rest,
});
const make = (name: string, rest: Partial<PolicyText> = {}) =>
  inside((tx) => createPolicy(tx, SYSTEM, text(name, rest)));

describe('the policies of an organization', () => {
  it('a policy is refused that names no group, contradicts itself or takes another one’s name', async () => {
    await make('taken');
    await expect(make('taken')).rejects.toMatchObject({ code: 'policy.name_taken' });
    const unknown = { when: { groups: ['grp_nobody'] } };
    await expect(make('for nobody', unknown)).rejects.toMatchObject({
      code: 'policy.invalid',
      detail: 'for nobody: groups: there is no group grp_nobody.',
    });
    const never = { when: { arguments: [{ path: '/n', min: 2, max: 1 }] } };
    await expect(make('never', never)).rejects.toMatchObject({ code: 'policy.invalid' });
  });

  it('a policy does not exist for another organization', async () => {
    const { id } = await make('ours alone');
    const attempts = [
      () => inside((tx) => updatePolicy(tx, SYSTEM, { id, ...text('stolen') }), theirs),
      () => inside((tx) => deletePolicy(tx, SYSTEM, { id }), theirs),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'policy.not_found' });
    expect(await inside(listPolicies, theirs)).toEqual({ revision: 0, policies: [] });
  });

  it('a change is refused that was made for an earlier revision, and nothing of it is kept', async () => {
    const organization = await given.organization();
    const first = await inside((tx) => replacePolicies(tx, SYSTEM, { policies: [text('a'), text('b')] }), organization);
    expect(first.revision).toBe(1);
    const change = { policies: [text('a', { effect: 'needs_approval' }), text('c')] };
    const second = await inside((tx) => replacePolicies(tx, SYSTEM, { ...change, revision: 1 }), organization);
    expect(second.revision).toBe(2);
    expect(second.policies.map(({ name, effect }) => [name, effect])).toEqual([
      ['a', 'needs_approval'],
      ['c', 'blocked'],
    ]);
    expect(second.policies[0]?.id).toBe(first.policies[0]?.id);
    await expect(
      inside((tx) => replacePolicies(tx, SYSTEM, { policies: [], revision: 1 }), organization),
    ).rejects.toMatchObject({ code: 'policy.outdated' });
    expect(await inside(listPolicies, organization)).toEqual(second);
    const { rows } = await given.superuser.query(
      `SELECT action, before->>'name' AS before, after->>'name' AS after FROM app.audit_events
       WHERE organization_id = $1 AND action LIKE 'policy.%'`,
      [organization.organizationId],
    );
    expect(rows.map(({ action, before, after }) => `${action} ${before ?? ''} ${after ?? ''}`).sort()).toEqual([
      'policy.created  a',
      'policy.created  b',
      'policy.created  c',
      'policy.deleted b ',
      'policy.updated a a',
    ]);
  });

  it('an organization has at most two hundred policies', async () => {
    const organization = await given.organization();
    const all = Array.from({ length: 200 }, (_, at) => text(`policy ${at}`));
    await inside((tx) => replacePolicies(tx, SYSTEM, { policies: all }), organization);
    await expect(inside((tx) => createPolicy(tx, SYSTEM, text('one more')), organization)).rejects.toMatchObject({
      code: 'policy.too_many',
    });
  });

  it('a group is not deleted while a policy is for it', async () => {
    const { id } = await inside((tx) => createGroup(tx, SYSTEM, { name: 'pilots' }));
    const policy = await make('pilots only', { when: { exceptGroups: [id] } });
    const remove = () => inside((tx) => deleteGroup(tx, SYSTEM, { id }));
    await expect(remove()).rejects.toMatchObject({
      code: 'groups.in_use',
      detail: 'The policy “pilots only” is for this group.',
    });
    await inside((tx) => deletePolicy(tx, SYSTEM, { id: policy.id }));
    await expect(remove()).resolves.toBeUndefined();
  });
});

it('a policy stays in force for a connector that is renamed', async () => {
  const organization = await given.organization();
  const { id } = await given.connector(organization, 'before');
  const policy = text('no wiping', { when: { connectors: ['before'] } });
  await inside((tx) => createPolicy(tx, SYSTEM, policy), organization);
  await withDirectory(async (policiesOf) => {
    const effect = async (connector: string) =>
      decide({ ...READ, connector, tool: 'wipe' }, (await policiesOf(organization)).policies).effect;
    expect(await effect('before')).toBe('blocked');
    expect(await effect('after')).toBe('always_allow');
    await inside((tx) => renameConnector(tx, SYSTEM, id, 'after'), organization);
    await waitFor(async () => (await effect('after')) === 'blocked', { what: 'the policy to follow' });
  });
});

it('the directory rules by a changed policy after its commit, and by none after its end', async () => {
  const organization = await given.organization();
  await withDirectory(async (policiesOf) => {
    const effect = async () => decide({ ...READ, tool: 'wipe' }, (await policiesOf(organization)).policies).effect;
    expect(await effect()).toBe('always_allow');
    const { id } = await inside((tx) => createPolicy(tx, SYSTEM, text('wipe')), organization);
    await waitFor(async () => (await effect()) === 'blocked', { what: 'the new policy' });
    await inside((tx) => deletePolicy(tx, SYSTEM, { id }), organization);
    await waitFor(async () => (await effect()) === 'always_allow', { what: 'the end of the policy' });
  });
});

type PoliciesOf = (organization: GivenOrganization) => Promise<PolicySet>;

/** A directory that follows changes, as a gateway has it. */
async function withDirectory(work: (policiesOf: PoliciesOf) => Promise<void>): Promise<void> {
  const feed = new ChangeFeed({ url: given.test.urls.app });
  await feed.start();
  const relay = OutboxRelay.start({ url: given.test.urls.app });
  const directory = createPolicyDirectory({ database: given.database, feed });
  try {
    await work(({ organizationId }) => directory.policiesOf(organizationId));
  } finally {
    directory.close();
    await relay.close();
    await feed.close();
  }
}

const READ = {
  connector: 'demo',
  annotations: { readOnlyHint: true },
  interactive: false,
  caller: null,
  roles: [],
  groups: [],
  client: null,
  arguments: {},
  at: 0,
};
