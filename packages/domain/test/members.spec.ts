import { newId } from '@patchbay/foundation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listMembers } from '../src/organizations/index.ts';
import { type Given, startGiven } from './given.ts';

let given: Given;
beforeAll(async () => {
  given = await startGiven();
});
afterAll(() => given.close());

const MEMBERS = 150;

describe('the members of an organization', () => {
  it('the list of members is complete or shorter while others leave, and never fails', async () => {
    const organization = await given.organization();
    const people = Array.from({ length: MEMBERS }, () => newId('person'));
    for (const id of people) {
      await given.auth.query('INSERT INTO identity.people (id, email, name) VALUES ($1, $1, $1)', [id]);
      await given.auth.query(
        'INSERT INTO identity.members (id, organization_id, person_id, role) VALUES ($1, $2, $3, $4)',
        [newId('member'), organization.organizationId, id, 'member'],
      );
    }
    const leave = async () => {
      for (const id of people) await given.auth.query('DELETE FROM identity.members WHERE person_id = $1', [id]);
    };
    let areGone = false;
    const leaving = leave().finally(() => {
      areGone = true;
    });
    let before = MEMBERS + 1;
    while (!areGone) {
      const { length } = await given.database.withOrganization(organization, listMembers);
      expect(length).toBeLessThanOrEqual(before);
      before = length;
    }
    await leaving;
    expect(await given.database.withOrganization(organization, listMembers)).toHaveLength(1);
  });
});
