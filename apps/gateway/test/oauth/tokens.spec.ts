import { randomBytes } from 'node:crypto';
import { systemClock } from '@patchbay/foundation';
import { freePort } from '@patchbay/testing';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Installation, type SignedIn } from '../admin/given.ts';
import { Browser, claimsOf, type Json, liveConnector, OAuthClient, type Owner } from './given.ts';

let installation: Installation;
let superuser: pg.Pool;
let origin: string;
let owner: Owner;
let member: SignedIn;
let weather: string;
const logged: string[] = [];

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin, { clock: systemClock, log: (line) => logged.push(line) });
  superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 2 });
  owner = await installation.owner('acme');
  member = await installation.join(owner, 'member', 'mia');
  await liveConnector(installation, owner, { slug: 'weather' });
  await liveConnector(installation, owner, { slug: 'calendar' });
  await installation.app.listen({ port, host: 'localhost' });
  weather = `${origin}/acme/weather/mcp`;
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(async () => {
  await superuser.end();
  await installation.close();
});

const client = (resource = weather) => OAuthClient.register(origin, resource);
const grantOf = async (token: string) => {
  const { rows } = await superuser.query('SELECT * FROM app.grants WHERE id = $1', [claimsOf(token).grant_id]);
  return rows[0];
};

describe('an authorization code', () => {
  it('is refused without the verifier, with another one, for another client and for another redirect', async () => {
    const asking = await client();
    const other = await client();
    const browser = new Browser(origin, member);
    const verifier = randomBytes(32).toString('base64url');
    for (const attempt of [
      (code: string) => asking.token({ grant_type: 'authorization_code', code, redirect_uri: asking.redirectUri }),
      (code: string) => asking.exchange(code, { code_verifier: verifier }),
      (code: string) => other.exchange(code, { code_verifier: asking.verifier }),
      (code: string) => asking.exchange(code, { redirect_uri: 'http://localhost:1/callback' }),
      (code: string) => asking.exchange(code, { resource: `${origin}/acme/calendar/mcp` }),
    ]) {
      const { status, body } = await attempt(await asking.code(browser));
      expect(status).toBe(400);
      expect(body.error).toMatch(/^invalid_(grant|target|request)$/);
    }
  });

  it('is good once: its reuse ends what was issued for it', async () => {
    const asking = await client();
    const code = await asking.code(new Browser(origin, member));
    const { body } = await asking.exchange(code);
    const again = await asking.exchange(code);
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant']);
    expect((await asking.refresh(body.refresh_token)).body.error).toBe('invalid_grant');
    expect(await grantOf(body.access_token)).toMatchObject({ ended_because: 'revoked' });
  });

  it('is good once among exchanges at the same time', async () => {
    const asking = await client();
    const code = await asking.code(new Browser(origin, member));
    const answers = await Promise.all(Array.from({ length: 6 }, () => asking.exchange(code)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  it('is refused a minute later', async () => {
    const asking = await client();
    const code = await asking.code(new Browser(origin, member));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    expect((await asking.exchange(code)).body.error).toBe('invalid_grant');
  });
});

describe('an access token', () => {
  it('is an ES256 token for exactly one resource, with the ids behind its URL', async () => {
    const asking = await client(`${origin.toUpperCase()}/ACME/weather/mcp/`);
    const { access_token, scope, expires_in } = await asking.connect(new Browser(origin, member));
    expect(decodeProtectedHeader(access_token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    const published: Json = await (await fetch(`${origin}/jwks`)).json();
    const keys = createLocalJWKSet(published);
    const { payload } = await jwtVerify(access_token, keys, { issuer: origin, audience: weather, typ: 'at+jwt' });
    expect(payload).toMatchObject({
      aud: weather,
      sub: member.personId,
      client_id: asking.id,
      organization_id: owner.organizationId,
      connector_id: expect.stringMatching(/^con_/),
      grant_id: expect.stringMatching(/^grt_/),
      scope,
    });
    expect(payload).not.toHaveProperty('version_id');
    expect(expires_in).toBe(3_600);
    expect(access_token.length).toBeLessThan(4_096);
  });

  it('for the organization’s URL names no connector, and its grant lists those there are', async () => {
    const asking = await client(`${origin}/acme/mcp`);
    const { access_token } = await asking.connect(new Browser(origin, member));
    expect(claimsOf(access_token)).not.toHaveProperty('connector_id');
    const { connector_ids: ids, connector_id: id } = await grantOf(access_token);
    expect([ids.length, id]).toEqual([2, null]);
  });
});

describe('a refresh token', () => {
  it('of another client or another resource is refused', async () => {
    const asking = await client();
    const { refresh_token } = await asking.connect(new Browser(origin, member));
    expect((await (await client()).refresh(refresh_token)).body.error).toBe('invalid_grant');
    const wrong = await asking.refresh(refresh_token, { resource: `${origin}/acme/calendar/mcp` });
    expect(wrong.body.error).toBe('invalid_target');
    const wider = await asking.refresh(refresh_token, { scope: 'tools:read tools:write admin' });
    expect(wider.body.error).toBe('invalid_scope');
  });

  it('is exchanged by eight processes at the same time, and later by one of them', async () => {
    const asking = await client();
    const { refresh_token } = await asking.connect(new Browser(origin, member));
    const answers = await Promise.all(Array.from({ length: 8 }, () => asking.refresh(refresh_token)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(answers.every(({ body }) => body.refresh_token !== refresh_token)).toBe(true);
    expect((await asking.refresh(answers[3]?.body.refresh_token)).status).toBe(200);
  });

  it('that is used again after two minutes ends the whole grant', async () => {
    const asking = await client();
    const tokens = await asking.connect(new Browser(origin, member));
    const next = await asking.refresh(tokens.refresh_token);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 121_000 });
    expect((await asking.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await asking.refresh(next.body.refresh_token)).body.error).toBe('invalid_grant');
    expect(await grantOf(tokens.access_token)).toMatchObject({ ended_because: 'revoked' });
  });

  it('keeps a client connected through sixty days of daily use, and through a year at most', async () => {
    const asking = await client();
    const tokens = await asking.connect(new Browser(origin, member));
    const start = Date.now();
    let { refresh_token } = tokens;
    for (let day = 1; day <= 60; day += 1) {
      vi.useFakeTimers({ toFake: ['Date'], now: start + day * 86_400_000 });
      const { status, body } = await asking.refresh(refresh_token);
      expect([day, status]).toEqual([day, 200]);
      refresh_token = body.refresh_token;
    }
    // The longer life reaches the gateway a moment later; in this test that would be months.
    const isExtended = async (token: string) => {
      const { expires_at: expiresAt } = await grantOf(token);
      const id = String(claimsOf(token).grant_id);
      await vi.waitUntil(async () => (await installation.grants.find(id))?.expiresAt.getTime() === expiresAt.getTime());
    };
    await isExtended(tokens.access_token);
    for (const day of [140, 220, 300, 364]) {
      vi.useFakeTimers({ toFake: ['Date'], now: start + day * 86_400_000 });
      const { status, body } = await asking.refresh(refresh_token);
      expect([day, status]).toEqual([day, 200]);
      refresh_token = body.refresh_token;
      await isExtended(tokens.access_token);
    }
    vi.useFakeTimers({ toFake: ['Date'], now: start + 366 * 86_400_000 });
    expect((await asking.refresh(refresh_token)).body.error).toBe('invalid_grant');
  });

  it('is refused ninety days after the last use', async () => {
    const asking = await client();
    const { refresh_token } = await asking.connect(new Browser(origin, member));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 91 * 86_400_000 });
    expect((await asking.refresh(refresh_token)).body.error).toBe('invalid_grant');
  });

  it('is refused when its person has left, within the second', async () => {
    const leaving = await installation.join(owner, 'member', 'leo');
    const asking = await client();
    const tokens = await asking.connect(new Browser(origin, leaving));
    const members = await installation.call('GET', '/organizations/acme/members', { as: owner });
    const { id } = members.body.items.find((one: Json) => one.person.id === leaving.personId);
    const removed = await installation.call('DELETE', `/organizations/acme/members/${id}`, { as: owner });
    expect(removed.status).toBeLessThan(300);
    expect((await asking.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect(await grantOf(tokens.access_token)).toMatchObject({ ended_because: 'member_removed' });
  });

  it('that its client revokes ends the grant', async () => {
    const asking = await client();
    const tokens = await asking.connect(new Browser(origin, member));
    const body = new URLSearchParams({ client_id: asking.id, token: tokens.refresh_token });
    expect((await fetch(`${origin}/revoke`, { method: 'POST', body })).status).toBe(200);
    expect((await asking.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect(await grantOf(tokens.access_token)).toMatchObject({ ended_because: 'revoked' });
  });
});

describe('a token or code that was sent in a URL', () => {
  const ended = async (token: string) => {
    await vi.waitUntil(async () => (await grantOf(token)).ended_at !== null, { timeout: 30_000 });
    expect(await grantOf(token)).toMatchObject({ ended_because: 'revoked' });
  };

  it('is refused, and a refresh token ends its grant', async () => {
    const asking = await client();
    const tokens = await asking.connect(new Browser(origin, member));
    const url = `${origin}/token?grant_type=refresh_token&client_id=${asking.id}&refresh_token=${tokens.refresh_token}`;
    const response = await fetch(url, { method: 'POST' });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('edge.token_in_url')]);
    await ended(tokens.access_token);
    expect((await asking.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('is refused, and a code ends its grant before anyone has exchanged it', async () => {
    const asking = await client();
    const browser = new Browser(origin, member);
    const before = await asking.connect(browser);
    const code = await asking.code(browser);
    const response = await fetch(`${origin}/token?grant_type=authorization_code&code=${code}`, { method: 'POST' });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('edge.token_in_url')]);
    await ended(before.access_token);
    expect((await asking.exchange(code)).body.error).toBe('invalid_grant');
  });

  it('ends nothing when it was made up', async () => {
    const { access_token } = await (await client()).connect(new Browser(origin, member));
    const made = randomBytes(32).toString('base64url');
    expect((await fetch(`${origin}/token?refresh_token=${made}`, { method: 'POST' })).status).toBe(400);
    expect(await installation.oauth.endExposed(made)).toBe(false);
    expect(await installation.oauth.endExposed(access_token)).toBe(false);
    expect(await grantOf(access_token)).toMatchObject({ ended_at: null });
  });
});

describe('what the authorization server stores', () => {
  it('no row and no line of the log holds a code, a token, a cookie or a secret in any form, nor replays as one', async () => {
    const asking = await OAuthClient.register(origin, weather, { token_endpoint_auth_method: 'client_secret_post' });
    const browser = new Browser(origin, member);
    const code = await asking.code(browser);
    const { body } = await asking.exchange(code);
    const second = await asking.refresh(body.refresh_token);
    const issued = {
      code,
      access: body.access_token,
      refresh: body.refresh_token,
      next: second.body.refresh_token,
      cookie: browser.cookies.get('patchbay_oauth_session') ?? '',
      secret: asking.secret ?? '',
    };
    const { rows } = await superuser.query(
      `SELECT to_jsonb(r)::text AS text FROM identity.oauth_rows r
       UNION ALL SELECT to_jsonb(k)::text FROM identity.oauth_signing_keys k
       UNION ALL SELECT to_jsonb(g)::text FROM app.grants g`,
    );
    const stored = rows.map(({ text }) => text).join('\n') + logged.join('\n');
    for (const [what, value] of Object.entries(issued)) {
      expect([what, value.length > 20]).toEqual([what, true]);
      const bytes = Buffer.from(value);
      for (const form of [
        value,
        encodeURIComponent(value),
        bytes.toString('base64'),
        bytes.toString('base64url'),
        bytes.toString('hex'),
      ]) {
        expect([what, stored.includes(form)]).toEqual([what, false]);
      }
    }
    const { rows: hashes } = await superuser.query(
      `SELECT id_hash, sealed FROM identity.oauth_rows WHERE model = 'RefreshToken'`,
    );
    for (const { id_hash: hash, sealed } of hashes) {
      for (const text of [hash.toString('hex'), hash.toString('base64url'), sealed]) {
        expect((await asking.refresh(text)).status).toBe(400);
      }
    }
  });

  it('a consent that cannot be put on record grants nothing', async () => {
    await superuser.query(`CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''the audit log is full''; END';
      CREATE TRIGGER zz_fail BEFORE INSERT ON app.audit_events FOR EACH ROW WHEN (NEW.action = 'grant.created')
        EXECUTE FUNCTION public.fail()`);
    const asking = await client();
    const browser = new Browser(origin, member);
    try {
      const seen = await browser.answer(await browser.visit(asking.authorizeUrl()), 'allow');
      expect([seen.status, seen.location]).toEqual([500, null]);
      const { rows } = await superuser.query('SELECT id FROM app.grants WHERE client_id = $1', [asking.id]);
      expect(rows).toEqual([]);
    } finally {
      await superuser.query('DROP TRIGGER zz_fail ON app.audit_events; DROP FUNCTION public.fail()');
    }
    expect((await asking.connect(browser)).access_token).toBeDefined();
  });

  it('a row that was moved to another identifier opens nothing', async () => {
    const asking = await client();
    const [mine, theirs] = [
      await asking.connect(new Browser(origin, member)),
      await asking.connect(new Browser(origin, owner)),
    ];
    const { rows } = await superuser.query(
      `SELECT g.person_id, r.id_hash, r.sealed FROM identity.oauth_rows r JOIN app.grants g ON g.provider_hash = r.grant_hash
       WHERE r.model = 'RefreshToken' AND g.client_id = $1`,
      [asking.id],
    );
    const of = (personId: string) => rows.find(({ person_id: id }) => id === personId);
    await superuser.query(`UPDATE identity.oauth_rows SET sealed = $2 WHERE model = 'RefreshToken' AND id_hash = $1`, [
      of(member.personId).id_hash,
      of(owner.personId).sealed,
    ]);
    expect((await asking.refresh(mine.refresh_token)).status).toBeGreaterThanOrEqual(400);
    expect((await asking.refresh(theirs.refresh_token)).status).toBe(200);
  });
});
