import { freePort } from '@patchbay/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Browser, CALLBACK, claimsOf, liveConnector, OAuthClient, type Owner } from '../oauth/given.ts';
import { Installation, type SignedIn } from './given.ts';

let installation: Installation;
let origin: string;
let owner: Owner;
let mia: SignedIn;
let leo: SignedIn;
let weather: string;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin);
  owner = await installation.owner('acme');
  mia = await installation.join(owner, 'member', 'mia');
  leo = await installation.join(owner, 'developer', 'leo');
  await liveConnector(installation, owner, { slug: 'weather' });
  await installation.app.listen({ port, host: 'localhost' });
  weather = `${origin}/acme/weather/mcp`;
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => installation.close());

const PATH = '/organizations/acme/grants';
async function connect(person: SignedIn) {
  const client = await OAuthClient.register(origin, weather, { client_name: 'Claude' });
  const tokens = await client.connect(new Browser(origin, person));
  return { client, tokens, id: String(claimsOf(tokens.access_token).grant_id) };
}
const listed = async (as: SignedIn, query = '') => {
  const { body } = await installation.call('GET', `${PATH}${query}`, { as });
  return body.items.map(({ id }: { id: string }) => id);
};

describe('grants in the admin API', () => {
  it('a member neither sees nor ends the grant of another member, by any id', async () => {
    const { id } = await connect(mia);
    expect(await listed(leo)).not.toContain(id);
    expect(await listed(leo, `?person=${mia.personId}`)).toEqual([]);
    const refused = await installation.call('DELETE', `${PATH}/${id}`, { as: leo });
    expect([refused.status, refused.body.code]).toEqual([403, 'admin.permission_missing']);
  });

  it('an owner sees every grant and ends it with its refresh token, in force at every gateway', async () => {
    const { client, tokens, id } = await connect(mia);
    const { body } = await installation.call('GET', `${PATH}?state=open&person=${mia.personId}`, { as: owner });
    expect(body.items.find((one: { id: string }) => one.id === id)).toMatchObject({
      person: { id: mia.personId, name: 'mia' },
      client: { id: client.id, name: 'Claude' },
      resource: weather,
      scopes: ['tools:read', 'tools:write'],
      actions: { end: { allowed: true } },
    });
    expect(await installation.grants.find(id)).toMatchObject({ endedAt: null });
    expect((await installation.call('DELETE', `${PATH}/${id}`, { as: owner })).status).toBe(204);
    expect((await client.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    await vi.waitUntil(async () => (await installation.grants.find(id))?.endedAt != null, { timeout: 30_000 });
    expect(await listed(owner, '?state=open')).not.toContain(id);
    expect(await listed(owner, '?state=ended')).toContain(id);
    const audit = await installation.call('GET', '/organizations/acme/audit-events', { as: owner });
    const actions = audit.body.items.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(expect.arrayContaining(['grant.created', 'grant.ended']));
  });

  it('a member ends none of another’s grants together, and an owner all of one person or to one client', async () => {
    const [one, two, other] = [await connect(mia), await connect(mia), await connect(leo)];
    const end = (body: object, as: SignedIn) => installation.call('POST', `${PATH}/end`, { as, body });
    const refused = await end({ person: mia.personId }, leo);
    expect([refused.status, refused.body.code]).toEqual([403, 'admin.permission_missing']);
    expect((await end({}, owner)).body.code).toBe('admin.invalid_request');
    expect((await end({ client: one.client.id }, leo)).body).toEqual({ ended: 0 });
    expect((await end({ client: one.client.id }, owner)).body).toEqual({ ended: 1 });
    expect((await one.client.refresh(one.tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect(await listed(mia, '?state=open')).toContain(two.id);
    expect((await end({ person: mia.personId }, owner)).body.ended).toBeGreaterThanOrEqual(1);
    expect(await listed(mia, '?state=open')).toEqual([]);
    expect(await listed(owner, `?state=open&client=${encodeURIComponent(other.client.id)}`)).toEqual([other.id]);
    const audit = await installation.call('GET', '/organizations/acme/audit-events', { as: owner });
    expect(audit.body.items.find((event: { action: string }) => event.action === 'grant.all_ended')).toMatchObject({
      before: { personId: mia.personId },
    });
  });

  it('a grant shows when it was last used, by a refresh of its token', async () => {
    const { client, tokens, id } = await connect(mia);
    await client.refresh(tokens.refresh_token);
    await installation.grants.flushUses();
    const { body } = await installation.call('GET', `${PATH}?state=open`, { as: mia });
    expect(body.items.find((one: { id: string }) => one.id === id).lastUsedAt).not.toBeNull();
  });

  it('a member ends a grant of their own', async () => {
    const { id } = await connect(mia);
    expect(await listed(mia)).toContain(id);
    expect((await installation.call('DELETE', `${PATH}/${id}`, { as: mia })).status).toBe(204);
  });
});

describe('OAuth clients in the admin API', () => {
  const CLIENTS = '/organizations/acme/oauth-clients';
  const create = (body: object, as: SignedIn | string = owner) =>
    installation.call('POST', CLIENTS, { as, body: { name: 'Claude', ...body } });

  it('a member makes no OAuth client, and no owner makes one with a redirect that others could read', async () => {
    expect((await create({}, leo)).status).toBe(403);
    const refused = await create({ redirectUris: ['http://evil.example/callback'] });
    expect([refused.status, refused.body.code]).toEqual([400, 'oauth.redirect_uri_refused']);
  });

  it('an OAuth client has both addresses of Claude, and connects with its secret in the body or in a header', async () => {
    const made = await create({});
    expect(made.body.redirectUris).toEqual([CALLBACK, 'https://claude.com/api/mcp/auth_callback']);
    const { id, secret } = made.body;
    const list = await installation.call('GET', CLIENTS, { as: owner });
    expect(list.text).not.toContain(secret);
    const client = new OAuthClient(origin, { id, secret, redirectUri: CALLBACK, resource: weather });
    const { refresh_token } = await client.connect(new Browser(origin, mia));
    const plain = new OAuthClient(origin, { id, redirectUri: CALLBACK, resource: weather });
    const form = { grant_type: 'refresh_token', refresh_token };
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(`${id}:${text}`).toString('base64')}` });
    expect((await plain.token(form)).status).toBe(401);
    expect((await plain.token(form, basic('wrong'))).status).toBe(401);
    expect((await plain.token(form, basic(secret))).status).toBe(200);
  });

  it('an OAuth client is for resources of its organization only', async () => {
    const { body } = await create({});
    const other = await installation.owner('globex');
    await liveConnector(installation, other, { slug: 'weather' });
    const client = new OAuthClient(origin, {
      id: body.id,
      redirectUri: CALLBACK,
      resource: `${origin}/globex/weather/mcp`,
    });
    const { location } = await new Browser(origin, other).visit(client.authorizeUrl());
    expect(location).toContain('error=invalid_target');
  });

  it('a replaced secret opens beside the new one for a day, and the one before it does not', async () => {
    const { body } = await create({});
    const of = (secret: string) =>
      new OAuthClient(origin, { id: body.id, secret, redirectUri: CALLBACK, resource: weather });
    let { refresh_token } = await of(body.secret).connect(new Browser(origin, mia));
    const rotate = () => installation.call('POST', `${CLIENTS}/${body.id}/secret`, { as: owner });
    const second = await rotate();
    expect(Date.parse(second.body.previousSecretUntil)).toBeGreaterThan(Date.now());
    for (const secret of [body.secret, second.body.secret]) {
      const { status, body: next } = await of(secret).refresh(refresh_token);
      expect(status).toBe(200);
      refresh_token = next.refresh_token;
    }
    const third = await rotate();
    expect((await of(body.secret).refresh(refresh_token)).body.error).toBe('invalid_client');
    expect((await of('').refresh(refresh_token)).body.error).toBe('invalid_client');
    expect((await of(second.body.secret).refresh(refresh_token)).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 3_600_000 });
    expect((await of(second.body.secret).refresh(refresh_token)).body.error).toBe('invalid_client');
    vi.useRealTimers();
    expect(third.status).toBe(200);
  });

  it('a replaced secret is refused at once when its owner asks for that, and a disabled client with its grants', async () => {
    const { body } = await create({});
    const client = new OAuthClient(origin, {
      id: body.id,
      secret: body.secret,
      redirectUri: CALLBACK,
      resource: weather,
    });
    const { refresh_token } = await client.connect(new Browser(origin, mia));
    const rotated = await installation.call('POST', `${CLIENTS}/${body.id}/secret?previous=refuse`, { as: owner });
    expect(rotated.body.secret).not.toBe(body.secret);
    expect((await client.refresh(refresh_token)).body.error).toBe('invalid_client');
    const anew = new OAuthClient(origin, {
      id: body.id,
      secret: rotated.body.secret,
      redirectUri: CALLBACK,
      resource: weather,
    });
    const { status, body: next } = await anew.refresh(refresh_token);
    expect(status).toBe(200);
    expect((await installation.call('DELETE', `${CLIENTS}/${body.id}`, { as: owner })).status).toBe(204);
    expect((await anew.refresh(next.refresh_token)).body.error).toBe('invalid_client');
  });
});
