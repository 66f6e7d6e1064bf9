import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { readonly organizationId: string };
let developer: SignedIn;
const BASE = '/organizations/acme/policies';

beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
  developer = await installation.join(owner, 'developer', 'dev');
});
afterAll(() => installation.close());

const create = (body: object, as: { readonly cookie?: string } = owner) =>
  installation.call('POST', BASE, { as: as as SignedIn, body });

describe('policies', () => {
  it('a developer reads policies and changes none', async () => {
    const policy = { name: 'mine', effect: 'blocked', when: {} };
    const refused = await create(policy, developer);
    expect([refused.status, refused.body.code]).toEqual([403, 'admin.permission_missing']);
    expect((await installation.call('GET', BASE, { as: developer })).body).toEqual({ revision: 0, items: [] });
  });

  it.each([
    ['an effect that there is not', { name: 'x', effect: 'ask', when: {} }, 400, 'admin.invalid_request'],
    [
      'a condition that there is not',
      { name: 'x', effect: 'blocked', when: { tool: 'a' } },
      400,
      'admin.invalid_request',
    ],
    ['an empty list', { name: 'x', effect: 'blocked', when: { tools: [] } }, 400, 'admin.invalid_request'],
    [
      'a role that there is not',
      { name: 'x', effect: 'blocked', when: { roles: ['boss'] } },
      400,
      'admin.invalid_request',
    ],
    [
      'an argument compared with nothing',
      { name: 'x', effect: 'blocked', when: { arguments: [{ path: '/a' }] } },
      422,
      'policy.invalid',
    ],
    [
      'a zone that there is not',
      { name: 'x', effect: 'blocked', when: { window: { days: ['mon'], from: '09:00', to: '10:00', zone: 'Mars' } } },
      422,
      'policy.invalid',
    ],
  ])('a policy with %s is refused', async (_name, body, status, code) => {
    const answer = await create(body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('a policy is made, changed, listed in words and deleted, and a change of an earlier revision is refused', async () => {
    const when = { tools: ['delete_*'], kinds: ['destructive'] };
    const made = await create({ name: 'No deletes', effect: 'blocked', when, revision: 0 });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      name: 'No deletes',
      when,
      summary: 'blocks calls of tools named delete_*, of tools that can destroy something',
    });
    const path = `${BASE}/${made.body.id}`;
    const late = { name: 'No deletes', effect: 'needs_approval', when, revision: 0 };
    const refused = await installation.call('PUT', path, { as: owner, body: late });
    expect([refused.status, refused.body.code]).toEqual([409, 'policy.outdated']);
    const changed = await installation.call('PUT', path, { as: owner, body: { ...late, revision: 1 } });
    expect([changed.status, changed.body.effect]).toEqual([200, 'needs_approval']);
    const listed = await installation.call('GET', BASE, { as: developer });
    expect(listed.body).toMatchObject({ revision: 2, items: [{ id: made.body.id, effect: 'needs_approval' }] });
    expect((await installation.call('DELETE', path, { as: owner })).status).toBe(204);
    const gone = await installation.call('DELETE', path, { as: owner });
    expect([gone.status, gone.body.code]).toEqual([404, 'policy.not_found']);
  });

  it('a list of policies replaces all of them at once or changes nothing', async () => {
    const revision = (await installation.call('GET', BASE, { as: owner })).body.revision;
    const policies = [
      { name: 'a', effect: 'blocked', when: { tools: ['a'] } },
      { name: 'b', effect: 'always_allow', when: { roles: ['owner'] } },
    ];
    const put = (body: object) => installation.call('PUT', BASE, { as: owner, body });
    const replaced = await put({ policies, revision });
    expect(replaced.body.items.map(({ name }: { name: string }) => name)).toEqual(['a', 'b']);
    const faulty = { ...policies[0], name: 'c', when: { groups: ['grp_unknown'] } };
    const refused = await put({ policies: [faulty] });
    expect([refused.status, refused.body.code]).toEqual([422, 'policy.invalid']);
    expect((await installation.call('GET', BASE, { as: owner })).body).toEqual(replaced.body);
  });
});
