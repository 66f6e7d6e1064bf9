import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, ORIGIN, type SignedIn } from './given.ts';

let installation: Installation;
let owner: SignedIn & { organizationId: string };
const BASE = '/organizations/acme/connectors';

beforeAll(async () => {
  installation = await Installation.start();
  owner = await installation.owner('acme');
});
afterAll(() => installation.close());

const create = (body: object, headers = {}) => installation.call('POST', BASE, { as: owner, body, headers });

describe('creating a connector', () => {
  it('creating a connector refuses a slug that is taken, reserved or invalid, and names the case', async () => {
    await create({ slug: 'taken' });
    const answers = [];
    for (const slug of ['taken', 'mcp', 'Not A Slug', '-x', 'a_b']) answers.push(await create({ slug }));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'connectors.slug_taken'],
      [422, 'connectors.slug_reserved'],
      [422, 'connectors.slug_invalid'],
      [422, 'connectors.slug_invalid'],
      [422, 'connectors.slug_invalid'],
    ]);
  });

  it('creating a connector refuses a body that does not fit, and names each field', async () => {
    const answer = await create({ slug: 'fine', authMode: 'password' });
    expect([answer.status, answer.body.code]).toEqual([400, 'admin.invalid_request']);
    expect(answer.body.errors).toEqual([{ path: 'body.authMode', message: expect.any(String) }]);
    expect(answer.body).toMatchObject({ status: 400, requestId: expect.stringMatching(/^req_/) });
    expect(answer.body.type).toBe(`${ORIGIN}/api/docs/errors/admin/invalid_request`);
  });

  it('a key that is limited to certain connectors creates no other and reads no other', async () => {
    const { body } = await create({ slug: 'listed' });
    const key = await installation.key(owner, { kind: 'deploy', connectorIds: [body.id] });
    const answer = await installation.call('POST', BASE, { as: key, body: { slug: 'unlisted' } });
    expect([answer.status, answer.body.code]).toEqual([403, 'admin.permission_missing']);
    const list = await installation.call('GET', BASE, { as: key });
    expect(list.body.items.map(({ slug }: { slug: string }) => slug)).toEqual(['listed']);
    expect((await installation.call('GET', `${BASE}/taken`, { as: key })).status).toBe(403);
  });

  it('refuses to let a deploy key decide who may call a connector', async () => {
    const key = await installation.key(owner, { kind: 'deploy' });
    for (const [method, path] of [
      ['PATCH', `${BASE}/taken`],
      ['POST', BASE],
    ] as const) {
      const answer = await installation.call(method, path, { as: key, body: { slug: 'opened', authMode: 'none' } });
      expect([answer.status, answer.body.data]).toEqual([403, { permission: 'connectors:write' }]);
    }
  });

  it('makes one connector for one idempotency key, and refuses the key for another body', async () => {
    const headers = { 'idempotency-key': 'once-1' };
    const [first, again] = [await create({ slug: 'once' }, headers), await create({ slug: 'once' }, headers)];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    const other = await create({ slug: 'twice' }, headers);
    expect([other.status, other.body.code]).toEqual([expect.any(Number), 'data.idempotency_key_reused']);
    expect((await installation.call('GET', `${BASE}/twice`, { as: owner })).status).toBe(404);
    expect((await create({ slug: 'x1' }, { 'idempotency-key': 'with space' })).body.code).toBe('admin.invalid_request');
  });

  it('a created connector is answered with its URL, its state and its allowed actions, with reasons', async () => {
    const { status, body } = await create({ slug: 'fresh', name: 'Fresh' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ slug: 'fresh', name: 'Fresh', authMode: 'oauth', live: null, latest: null });
    expect(body.url).toBe(`${ORIGIN}/acme/fresh/mcp`);
    expect(body.actions.rollBack).toEqual({ allowed: false, reason: expect.any(String) });
    expect(body.actions.deploy).toEqual({ allowed: true, reason: null });
  });
});

describe('reading connectors', () => {
  it('the list of connectors pages without loss or repetition, and refuses a foreign cursor', async () => {
    for (const slug of ['p1', 'p2', 'p3', 'p4', 'p5']) await create({ slug });
    const all = await installation.call('GET', `${BASE}?limit=200`, { as: owner });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = `limit=2${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const page = await installation.call('GET', `${BASE}?${query}`, { as: owner });
      seen.push(...page.body.items.map(({ id }: { id: string }) => id));
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(all.body.items.map(({ id }: { id: string }) => id));
    const foreign = await installation.call('GET', `${BASE}?cursor=nonsense`, { as: owner });
    expect(foreign.status).toBe(400);
    expect((await installation.call('GET', `${BASE}?limit=0`, { as: owner })).body.code).toBe('admin.invalid_request');
  });

  it('a connector is answered with 304 to a caller who has the answer already, until it changes', async () => {
    const path = `${BASE}/fresh`;
    const first = await installation.call('GET', path, { as: owner });
    const tag = String(first.headers.etag);
    const same = await installation.call('GET', path, { as: owner, headers: { 'if-none-match': tag } });
    expect([same.status, same.text]).toEqual([304, '']);
    await installation.call('PATCH', path, { as: owner, body: { name: 'Fresher' } });
    const changed = await installation.call('GET', path, { as: owner, headers: { 'if-none-match': tag } });
    expect([changed.status, changed.body.name]).toEqual([200, 'Fresher']);
  });
});

describe('changing a connector', () => {
  it('a renamed connector keeps its old slug as an alias, which no other connector gets', async () => {
    const { body } = await create({ slug: 'before' });
    const renamed = await installation.call('PATCH', `${BASE}/before`, { as: owner, body: { slug: 'after' } });
    expect([renamed.status, renamed.body.slug]).toEqual([200, 'after']);
    expect((await installation.call('GET', `${BASE}/before`, { as: owner })).body.id).toBe(body.id);
    expect((await create({ slug: 'before' })).status).toBe(409);
  });

  it('a deleted connector disappears at once, and is restored by its slug', async () => {
    await create({ slug: 'gone' });
    expect((await installation.call('DELETE', `${BASE}/gone`, { as: owner })).status).toBe(204);
    expect((await installation.call('GET', `${BASE}/gone`, { as: owner })).status).toBe(404);
    expect((await create({ slug: 'gone' })).status).toBe(409);
    const deleted = await installation.call('GET', `${BASE}?deleted=true`, { as: owner });
    expect(deleted.body.items.map(({ slug }: { slug: string }) => slug)).toEqual(['gone']);
    expect(deleted.body.items[0].actions.restore).toEqual({ allowed: true, reason: null });
    const restored = await installation.call('POST', `${BASE}/gone/restore`, { as: owner });
    expect([restored.status, restored.body.deletedAt]).toEqual([200, null]);
    expect((await installation.call('GET', `${BASE}/gone`, { as: owner })).status).toBe(200);
  });
});
