import { addGroupMember, createGroup } from '@patchbay/domain/groups';
import { createPolicy, deletePolicy } from '@patchbay/domain/policies';
import type { JsonObject } from '@patchbay/mcp';
import type { PolicyText } from '@patchbay/policy';
import { echoVersion, hasSandboxes, skipUnless, waitFor, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { modernRequest } from '../edge-fixture.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

const here = withPlatform({}, async ({ given }) => {
  const acme = await given.organization('acme');
  await given.live(acme, 'echo', echoVersion('one'));
  const member = await given.member(acme, 'member');
  return { acme, member, key: await given.apiKey(acme), memberKey: await given.apiKey(acme, member) };
});

const AT_CONNECTOR = '/acme/echo/mcp';
const AT_ORGANIZATION = '/acme/mcp';

async function post(path: string, method: string, params: Parameters<typeof modernRequest>[1], key = here.key) {
  const request = modernRequest(method, params);
  const headers = { ...request.headers, authorization: `Bearer ${key}` };
  const response = await fetch(`${here.platform.origin}${path}`, { method: 'POST', body: request.body, headers });
  return (await response.json()) as Answer;
}

interface Answer {
  readonly result?: {
    readonly tools?: readonly { readonly name: string }[];
    readonly isError?: boolean;
    readonly content?: readonly { readonly text: string }[];
  };
}

const toolsAt = async (path: string, key?: string) =>
  ((await post(path, 'tools/list', {}, key)).result?.tools ?? []).map(({ name }) => name.replace('echo__', ''));
const call = (name: string, args: JsonObject = {}, key?: string) =>
  post(AT_CONNECTOR, 'tools/call', { name, arguments: args }, key);
const textOf = ({ result }: Answer) => `${result?.isError === true ? 'error: ' : ''}${result?.content?.[0]?.text}`;

/** Runs with the policy, and waits until the gateway rules without it again. */
async function withPolicy(policy: PolicyText, work: () => Promise<void>): Promise<void> {
  const organization = { organizationId: here.acme.id };
  const { database } = here.platform.given;
  const { actor } = here.acme.owner;
  const probe = { name: `${policy.name} is there`, effect: 'blocked', when: { tools: ['slow'] } } as const;
  const { id } = await database.withOrganization(organization, (tx) => createPolicy(tx, actor, policy));
  // Changes arrive in their order: once the second policy is in force, the first is.
  const second = await database.withOrganization(organization, (tx) => createPolicy(tx, actor, probe));
  await waitFor(async () => !(await toolsAt(AT_CONNECTOR)).includes('slow'), { what: 'the policies' });
  await work();
  for (const one of [id, second.id]) {
    await database.withOrganization(organization, (tx) => deletePolicy(tx, actor, { id: one }));
  }
  await waitFor(async () => (await toolsAt(AT_CONNECTOR)).includes('slow'), { what: 'the end of the policies' });
}

describe('a policy', () => {
  it('a tool that is blocked for a group is listed for its members at no URL, and refused by name', async () => {
    const { database } = here.platform.given;
    const group = await database.withOrganization({ organizationId: here.acme.id }, async (tx) => {
      const { id } = await createGroup(tx, here.acme.owner.actor, { name: 'pilots' });
      return addGroupMember(tx, here.acme.owner.actor, { id, personId: here.member.id });
    });
    const policy: PolicyText = { name: 'no marks', effect: 'blocked', when: { tools: ['ma*'], groups: [group.id] } };
    await withPolicy(policy, async () => {
      for (const path of [AT_CONNECTOR, AT_ORGANIZATION]) {
        await waitFor(async () => !(await toolsAt(path, here.memberKey)).includes('mark'), {
          what: `groups at ${path}`,
        });
        expect(await toolsAt(path)).toContain('mark');
      }
      expect(textOf(await call('mark', {}, here.memberKey))).toMatch(/^error: .*blocked by a policy/s);
      expect(textOf(await call('mark'))).toBe('one');
    });
    expect(textOf(await call('mark', {}, here.memberKey))).toBe('one');
  });

  it('a tool that is blocked with some arguments is listed, refused with them, and runs with others', async () => {
    const when = { tools: ['echo'], arguments: [{ path: '/text', prefix: 'acme/' }] };
    await withPolicy({ name: 'no acme', effect: 'blocked', when }, async () => {
      expect(await toolsAt(AT_CONNECTOR)).toContain('echo');
      expect(textOf(await call('echo', { text: 'acme/billing' }))).toMatch(/^error: /);
      expect(textOf(await call('echo', {}))).toMatch(/^error: /);
      expect(textOf(await call('echo', { text: 'other/site' }))).toBe('other/site');
    });
  });

  it('a read waits for an approval where a policy asks for one, and a tool that destroys runs where one allows it', async () => {
    await withPolicy({ name: 'ask', effect: 'needs_approval', when: { tools: ['echo'] } }, async () => {
      expect(textOf(await call('echo', { text: 'hello' }))).toMatch(/^error: .*“ask” asks for approval/s);
    });
    const before = textOf(await call('remove'));
    expect(before).toMatch(/requires approval/);
    await withPolicy({ name: 'allow', effect: 'always_allow', when: { tools: ['remove'] } }, async () => {
      expect(textOf(await call('remove'))).not.toBe(before);
    });
  });
});
