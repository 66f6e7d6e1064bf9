import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { organizationId: string };
let developer: SignedIn;
let other: SignedIn;

beforeAll(async () => {
  installation = await Installation.start('invite');
  owner = await installation.owner('acme');
  developer = await installation.join(owner, 'developer', 'dora');
  other = await installation.join(owner, 'developer', 'otis');
});
afterAll(() => installation?.close());

const KEYS = '/organizations/acme/api-keys';

async function keyOf(person: SignedIn): Promise<string> {
  const body = { kind: 'mcp', name: 'a key', connectors: ['*'] };
  return (await installation.call('POST', KEYS, { as: person, body })).body.id;
}

const revoke = (person: SignedIn, id: string) => installation.call('DELETE', `${KEYS}/${id}`, { as: person });

async function mayRevoke(person: SignedIn, id: string): Promise<boolean> {
  const { body } = await installation.call('GET', KEYS, { as: person });
  return body.items.find((key: { id: string }) => key.id === id).actions.revoke.allowed;
}

describe('a developer', () => {
  it('a developer cannot revoke a key of another member, and the refusal names the roles that can', async () => {
    for (const holder of [owner, other]) {
      const id = await keyOf(holder);
      const refused = await revoke(developer, id);
      expect([refused.status, refused.body.code]).toEqual([403, 'admin.permission_missing']);
      expect(refused.body.detail).toContain('an owner or admin of the organization');
      expect(await mayRevoke(developer, id)).toBe(false);
      const { body } = await installation.call('GET', KEYS, { as: owner });
      expect(body.items).toContainEqual(expect.objectContaining({ id, revokedAt: null }));
    }
  });

  it('a developer revokes a key of their own', async () => {
    const id = await keyOf(developer);
    expect(await mayRevoke(developer, id)).toBe(true);
    expect((await revoke(developer, id)).status).toBe(204);
    expect(await mayRevoke(developer, id)).toBe(false);
  });
});

describe('an owner', () => {
  it('an owner revokes the key of any member', async () => {
    const id = await keyOf(developer);
    expect(await mayRevoke(owner, id)).toBe(true);
    expect((await revoke(owner, id)).status).toBe(204);
  });
});

describe('a key that is older than two hundred others', () => {
  it('the audit list names a key that is older than two hundred others', async () => {
    const oldest = await installation.key(owner, { name: 'the oldest key' });
    for (let made = 0; made < 201; made += 1) await installation.key(owner, { name: `newer ${made}` });
    const body = { name: 'Made by a key', slug: 'made-by-a-key' };
    expect((await installation.call('POST', '/organizations/acme/connectors', { as: oldest, body })).status).toBe(201);
    const audit = await installation.call('GET', '/organizations/acme/audit-events', { as: owner });
    expect(audit.body.items[0]).toMatchObject({ action: 'connector.created', actor: { name: 'the oldest key' } });
  });
});
