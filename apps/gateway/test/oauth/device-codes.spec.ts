import { DEVICE_CODE_GRANT } from '@patchbay/foundation';
import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import { freePort } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../admin/given.ts';
import { Browser, claimsOf, type Json, liveConnector, OAuthClient, type Owner, type Seen } from './given.ts';

let installation: Installation;
let origin: string;
let owner: Owner;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin);
  owner = await installation.owner('acme');
  await liveConnector(installation, owner, { slug: 'weather' });
  await installation.app.listen({ port, host: 'localhost' });
});
afterAll(() => installation.close());

async function ask(change: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${origin}/device_authorization`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: 'patchbay-cli',
      resource: `${origin}/api/v1`,
      scope: 'organization:read connectors:deploy',
      ...change,
    }),
  });
  const body: Json = await response.json();
  return { status: response.status, body };
}

const poll = (deviceCode: string) =>
  new OAuthClient(origin, { id: 'patchbay-cli', resource: `${origin}/api/v1` }).token({
    grant_type: DEVICE_CODE_GRANT,
    device_code: deviceCode,
  });

/** Sends the form of a page about codes. */
function send(browser: Browser, page: Seen, values: Readonly<Record<string, string>>): Promise<Seen> {
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  return browser.visit('/-/device', {
    method: 'POST',
    body: new URLSearchParams({ xsrf, ...values }),
    headers: { origin, 'sec-fetch-site': 'same-origin' },
  });
}

describe('a device code', () => {
  it('is given to the command line for the admin API, and to no other client and for no other resource', async () => {
    const registered = await OAuthClient.register(origin, `${origin}/api/v1`);
    const tries: readonly Readonly<Record<string, string>>[] = [
      { client_id: registered.id },
      { client_id: 'https://claude.ai/oauth/claude-code-client-metadata' },
      { resource: `${origin}/acme/weather/mcp` },
    ];
    for (const change of tries) {
      const { status, body } = await ask(change);
      expect([change, status, body.device_code]).toEqual([change, 400, undefined]);
    }
  });

  it('comes without an address that holds the code, and an address with one in it fills in nothing', async () => {
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual([
      'device_code',
      'expires_in',
      'interval',
      'user_code',
      'verification_uri',
    ]);
    expect([body.verification_uri, body.expires_in]).toEqual([`${origin}/-/device`, 300]);
    const page = await new Browser(origin, owner).visit(`/-/device?user_code=${body.user_code}`);
    expect(page.status).toBe(200);
    expect(page.text).not.toContain(body.user_code);
    expect(page.text).toContain('name="user_code"');
    expect((await poll(body.device_code)).body.error).toBe('authorization_pending');
  });

  it('is typed by a signed-in person only, on a page of ours', async () => {
    const { body } = await ask();
    const stranger = await new Browser(origin).visit('/-/device');
    expect(new URL(stranger.location ?? '').searchParams.get('next')).toBe('/-/device');
    const browser = new Browser(origin, owner);
    const page = await browser.visit('/-/device');
    const elsewhere = await browser.visit('/-/device', {
      method: 'POST',
      body: new URLSearchParams({ user_code: body.user_code }),
      headers: { origin, 'sec-fetch-site': 'cross-site' },
    });
    expect(elsewhere.status).toBe(403);
    const forged = await browser.visit('/-/device', {
      method: 'POST',
      body: new URLSearchParams({ user_code: body.user_code, xsrf: 'x' }),
      headers: { origin, 'sec-fetch-site': 'same-origin' },
    });
    expect(forged.text).not.toContain('Asked from');
    expect((await send(browser, await browser.visit('/-/device'), { user_code: 'BBBB-BBBB' })).text).toContain(
      'no such code',
    );
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it('shows who asked, takes consent, and gives one access token without a refresh token', async () => {
    const { body } = await ask();
    const browser = new Browser(origin, owner);
    const shown = await send(browser, await browser.visit('/-/device'), { user_code: body.user_code.toLowerCase() });
    for (const text of ['Patchbay command line', body.user_code, 'Asked from']) expect(shown.text).toContain(text);
    expect(shown.text).toMatch(/<dt>Asked from<\/dt><dd><code>[0-9a-f.:]+<\/code>/);
    const consent = await send(browser, shown, { user_code: body.user_code, confirm: 'yes' });
    expect(consent.text).toContain('Asked from');
    const done = await browser.answer(consent, 'allow', ['organization:read']);
    expect(done.text).toContain('You can close this window');
    const { status, body: tokens } = await poll(body.device_code);
    expect([status, tokens.scope, tokens.refresh_token]).toEqual([200, 'organization:read', undefined]);
    const me = await installation.call('GET', '/me', { as: tokens.access_token });
    expect(me.body).toMatchObject({ kind: 'token', person: { id: owner.personId } });
    const listed = await installation.call('GET', '/me/grants', { as: owner });
    const grant = listed.body.items.find(({ id }: Json) => id === claimsOf(tokens.access_token).grant_id);
    expect(grant.byDeviceCode).toBe(true);
    expect(Date.parse(grant.expiresAt) - Date.parse(grant.createdAt)).toBeLessThanOrEqual(3_601_000);
    expect((await poll(body.device_code)).body.error).toBe('invalid_grant');
    const again = await send(browser, await browser.visit('/-/device'), { user_code: body.user_code });
    expect(again.text).toMatch(/used already|no such code/);
  });

  it('that a person does not know, or declines, gives nothing', async () => {
    for (const way of ['abort', 'deny'] as const) {
      const { body } = await ask();
      const browser = new Browser(origin, await installation.signIn(owner.email));
      const shown = await send(browser, await browser.visit('/-/device'), { user_code: body.user_code });
      if (way === 'abort') await send(browser, shown, { user_code: body.user_code, abort: 'yes' });
      else {
        const consent = await send(browser, shown, { user_code: body.user_code, confirm: 'yes' });
        expect((await browser.answer(consent, 'deny')).text).toContain('Nothing was allowed');
      }
      expect((await poll(body.device_code)).body.error).toBe('access_denied');
    }
  });

  it('cannot be guessed: a sign-in types ten codes in five minutes', async () => {
    const browser = new Browser(origin, await installation.signIn(owner.email));
    for (let typed = 0; typed < OAUTH_LIMITS.userCodesPerSession.value; typed += 1) {
      const page = await send(browser, await browser.visit('/-/device'), { user_code: 'BCDF-GHJK' });
      expect(page.text).toContain('no such code');
    }
    const refused = await send(browser, await browser.visit('/-/device'), { user_code: 'BCDF-GHJK' });
    expect([refused.status, refused.text]).toEqual([429, expect.stringContaining('Too many codes')]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const { text } = await browser.send('/-/device', {
      method: 'POST',
      body: new URLSearchParams({ user_code: 'BCDF-GHJK' }),
      headers: { accept: 'application/json', origin, 'sec-fetch-site': 'same-origin' },
    });
    expect(JSON.parse(text).code).toBe('oauth.too_many_codes');
  });
});
