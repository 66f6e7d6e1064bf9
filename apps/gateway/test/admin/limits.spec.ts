import { CALL_LIMITS, LIMIT_SECTIONS } from '@patchbay/foundation/limits';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { readonly organizationId: string };
beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
});
afterAll(() => installation.close());

const list = (as?: SignedIn | string) => installation.call('GET', '/limits', as === undefined ? {} : { as });

describe('the list of limits', () => {
  it('the list of limits is refused to callers without a credential and to keys for MCP', async () => {
    const [stranger, mcpKey] = [await list(), await list(await installation.key(owner, { kind: 'mcp' }))];
    expect([stranger.status, stranger.body.code]).toEqual([401, 'auth.required']);
    expect([mcpKey.status, mcpKey.body.code]).toEqual([403, 'api-keys.wrong_door']);
  });

  it('the list of limits is the same for a member, a deploy key and an admin key of one permission', async () => {
    const answer = await list(owner);
    expect(answer.status).toBe(200);
    for (const as of [
      await installation.join(owner, 'member', 'mia'),
      await installation.key(owner, { kind: 'deploy' }),
      await installation.key(owner, { permissions: ['logs:read'] }),
    ]) {
      expect((await list(as)).body).toEqual(answer.body);
    }
  });

  it('the list of limits has every limit, with its enforced value and the party that can choose another', async () => {
    const { items, nextCursor } = (await list(owner)).body;
    expect(nextCursor).toBeNull();
    expect(items).toHaveLength(LIMIT_SECTIONS.flatMap(({ limits }) => Object.keys(limits)).length);
    const find = (section: string, name: string) =>
      items.find((limit: { section: string; name: string }) => limit.section === section && limit.name === name);
    const { value, unit, what, reason } = CALL_LIMITS.deadline;
    expect(find('Calls', 'deadline')).toEqual({
      section: 'Calls',
      name: 'deadline',
      value,
      unit,
      what,
      reason,
      raisedBy: { party: 'author', with: 'timeoutMs' },
    });
  });
});
