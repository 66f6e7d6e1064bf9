import { createHash } from 'node:crypto';
import { checkOwnProvider, PROVIDERS } from '@patchbay/providers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS, OAuthProvider, STRICT_RULES } from '../src/index.ts';

let tracker: OAuthProvider;
beforeAll(async () => {
  tracker = await OAuthProvider.start({ name: 'tracker' });
});
afterEach(() => {
  tracker.faults.clear();
  tracker.grants.rules = STRICT_RULES;
});
afterAll(() => tracker.close());

const VERIFIER = 'v'.repeat(43);
const CALLBACK = 'https://patchbay.example/-/connect/callback';

function authorizationUrl(changes: Readonly<Record<string, string>> = {}): string {
  const url = new URL(`https://${tracker.hosts.auth}/authorize`);
  const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
  const asked = {
    response_type: 'code',
    client_id: tracker.client.id,
    redirect_uri: CALLBACK,
    state: 's',
    scope: 'read',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
}

async function ask(endpoint: string, form: Readonly<Record<string, string>>, authorization?: string) {
  const own = { client_id: tracker.client.id, client_secret: tracker.client.secret };
  const answer = await tracker.fetch(`https://${tracker.hosts.auth}/${endpoint}`, {
    method: 'POST',
    headers: authorization ? { authorization } : {},
    body: new URLSearchParams({ ...(authorization ? {} : own), ...form }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
}

function codeOf(callback: string): string {
  return new URL(callback).searchParams.get('code') ?? '';
}

const redeem = (code: string, form: Readonly<Record<string, string>> = {}) =>
  ask('token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
    ...form,
  });
const refresh = (token: string | null) => ask('token', { grant_type: 'refresh_token', refresh_token: token ?? '' });
const api = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  tracker.fetch(`https://${tracker.hosts.api}${path}`, { method, headers });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('the stand-in of an OAuth provider', () => {
  it('refuses codes with another verifier, another redirect URI, or used before, which ends what the first use got', async () => {
    const other = await redeem(codeOf(tracker.approve(authorizationUrl(), 'anna')), { code_verifier: 'w'.repeat(43) });
    expect([other.status, other.body.error]).toEqual([400, 'invalid_grant']);
    const elsewhere = await redeem(codeOf(tracker.approve(authorizationUrl(), 'anna')), {
      redirect_uri: 'https://x.y/',
    });
    expect(elsewhere.body.error).toBe('invalid_grant');
    const code = codeOf(tracker.approve(authorizationUrl(), 'anna'));
    const first = await redeem(code);
    expect(first.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'read' });
    expect((await redeem(code)).body.error).toBe('invalid_grant');
    expect((await api('/me', bearer(first.body.access_token))).status).toBe(401);
  });

  it('refuses a wrong client secret, and takes a right one from the header and from the form', async () => {
    const basic = (secret: string) => {
      const parts = [tracker.client.id, secret].map((part) => encodeURIComponent(part).replaceAll('%20', '+'));
      return `Basic ${Buffer.from(parts.join(':')).toString('base64')}`;
    };
    const { refreshToken } = tracker.connect('anna');
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken ?? '' };
    const wrong = await ask('token', form, basic('wrong'));
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client']);
    const right = await ask('token', form, basic(tracker.client.secret));
    expect(right.status).toBe(200);
    expect((await refresh(right.body.refresh_token)).status).toBe(200);
  });

  it('sends browsers back with a code of the chosen person or with an error', async () => {
    tracker.accounts.of('bob');
    const page = await tracker.fetch(authorizationUrl());
    const links = [...(await page.text()).matchAll(/href="([^"]+)"/g)].map(([, href]) =>
      href?.replaceAll('&amp;', '&'),
    );
    const follow = async (link: string | undefined) => {
      const answer = await tracker.fetch(link ?? '', { redirect: 'manual' });
      return new URL(answer.headers.get('location') ?? '').searchParams;
    };
    const asBob = await follow(links.find((link) => link?.includes('as+bob')));
    expect(asBob.get('state')).toBe('s');
    const { body } = await redeem(asBob.get('code') ?? '');
    expect(await (await api('/me', bearer(body.access_token))).json()).toMatchObject({ id: 'acc-bob' });
    expect((await follow(links.at(-1))).get('error')).toBe('access_denied');
    expect((await tracker.fetch(authorizationUrl({ client_id: 'other' }))).status).toBe(400);
  });

  it('revokes the grant when a replaced refresh token comes back, and only then', async () => {
    const { refreshToken } = tracker.connect('anna');
    const { body } = await refresh(refreshToken);
    expect((await refresh(refreshToken)).body).toEqual({ error: 'invalid_grant', error_description: 'reused' });
    expect((await api('/me', bearer(body.access_token))).status).toBe(401);
    expect(tracker.grants.endOf(body.refresh_token)).toBe('reuse');
    tracker.grants.rules = { ...STRICT_RULES, onReuse: 'refuse' };
    const again = tracker.connect('anna');
    const next = await refresh(again.refreshToken);
    expect((await refresh(again.refreshToken)).body.error).toBe('invalid_grant');
    expect((await refresh(next.body.refresh_token)).status).toBe(200);
  });

  it('answers a replaced refresh token within the grace period with the same one, or with another', async () => {
    tracker.grants.rules = { ...STRICT_RULES, graceSeconds: 60 };
    const { refreshToken } = tracker.connect('anna');
    const first = await refresh(refreshToken);
    expect((await refresh(refreshToken)).body.refresh_token).toBe(first.body.refresh_token);
    tracker.grants.rules = { ...STRICT_RULES, graceSeconds: 60, inGrace: 'another' };
    const another = await refresh(refreshToken);
    expect(another.body.refresh_token).not.toBe(first.body.refresh_token);
    expect((await refresh(first.body.refresh_token)).status).toBe(200);
    tracker.clock.advance(61);
    expect((await refresh(refreshToken)).body.error).toBe('invalid_grant');
  });

  it('answers the API by person and scope, for tokens, keys and passwords, and refuses expired tokens', async () => {
    const { accessToken } = tracker.connect('anna', ['read']);
    const key = tracker.accounts.issueKey('bob', ['read', 'write']);
    const { user, password } = tracker.accounts.setPassword('carol');
    const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    expect((await api('/items')).status).toBe(401);
    expect((await api('/items', bearer(accessToken), 'POST')).status).toBe(403);
    const answers = await Promise.all([
      api('/items', bearer(accessToken)),
      api(`/items?api_key=${key}`),
      api('/items', { 'x-api-key': key }, 'DELETE'),
      api('/items', { authorization: basic }),
    ]);
    expect(await Promise.all(answers.map((answer) => answer.json()))).toMatchObject([
      { account: 'acc-anna', by: 'oauth2' },
      { account: 'acc-bob', by: 'api_key' },
      { account: 'acc-bob', by: 'api_key' },
      { account: 'acc-carol', by: 'basic' },
    ]);
    expect(tracker.requestsTo('api').at(-1)).toMatchObject({ account: 'acc-carol', status: 200 });
    tracker.clock.advance(3600);
    expect((await api('/items', bearer(accessToken))).status).toBe(401);
  });

  it('ends a grant by revocation (RFC 7009), and answers an unknown token as if it had', async () => {
    const { accessToken, refreshToken } = tracker.connect('anna');
    expect((await ask('revoke', { token: 'unknown' })).status).toBe(200);
    expect((await ask('revoke', { token: refreshToken ?? '' })).status).toBe(200);
    expect((await api('/me', bearer(accessToken))).status).toBe(401);
    expect((await refresh(refreshToken)).body.error).toBe('invalid_grant');
  });

  it('refreshes although its answer is lost, and does not where the request never reached it', async () => {
    const { refreshToken } = tracker.connect('anna');
    tracker.faults.add('token', FAULTS.unreachable);
    await expect(refresh(refreshToken)).rejects.toThrow('auth-tracker');
    tracker.faults.add('token', FAULTS.failing);
    await expect(refresh(refreshToken)).rejects.toThrow(SyntaxError);
    expect((await ask('token', { grant_type: 'refresh_token', refresh_token: refreshToken ?? '' })).status).toBe(200);
    const next = tracker.connect('anna');
    tracker.faults.add('token', FAULTS.lostAnswer);
    await expect(refresh(next.refreshToken)).rejects.toThrow('auth-tracker');
    expect((await refresh(next.refreshToken)).body.error_description).toBe('reused');
  });

  it('does nothing for a request that it was killed over, and knows everything after it is revived', async () => {
    const { refreshToken } = tracker.connect('anna');
    const hold = tracker.faults.hold('token');
    const asked = refresh(refreshToken);
    const failed = expect(asked).rejects.toThrow('auth-tracker');
    await hold.reached;
    await tracker.kill();
    hold.release();
    await failed;
    await tracker.revive();
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('is an own provider of every kind, and imitates none of the catalogue', () => {
    for (const kind of ['oauth2', 'oidc', 'api_key', 'basic'] as const) {
      expect(checkOwnProvider(tracker.definition(kind), PROVIDERS)).toEqual([]);
    }
  });
});
