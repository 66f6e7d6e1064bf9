/** From a pasted URL to a tool's answer, with the browser that people have. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { removeInstallation } from '@patchbay/embedded';
import { findTestChromium, skipUnless, temporaryDirectory } from '@patchbay/testing';
import { unzipSync } from 'fflate';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appCode, seedOf } from '../apps/gateway/test/app-code.ts';
import { claimsOf, type Json, OAuthClient } from '../apps/gateway/test/oauth/given.ts';
import { type CallbackListener, startCallbackListener } from './callback-listener.ts';
import { firstText } from './clients.ts';
import { Installation, type ReadyFile } from './installation.ts';
import { sdkHost } from './sdk-host.ts';
import { LOCALHOST_CERTIFICATE, startTlsFront, type TlsFront } from './tls-front.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const MIA = { name: 'Mia Member', email: 'mia@people.example', password: 'a long enough sentence' };
/** A host of a client on the internet, which the browser finds on this machine. */
const CLIENT_HOST = 'client.example';
const INFO = { name: 'browser-test', version: '1.0.0' };
const MODERN = { versionNegotiation: { mode: 'auto' } } as const;
const CALL = { name: 'best_months', arguments: { city: 'Lisbon' } };

const chromiumHere = await findTestChromium();
const chromiumMissing = 'missing' in chromiumHere ? `Chromium is ${chromiumHere.missing}` : null;
let installation: Installation;
let ready: ReadyFile;
let callbacks: CallbackListener;
let front: TlsFront;
let browser: Browser;
type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;
/** The cookies of the owner's sign-in: attempts are limited per address. */
let ownersCookies: Cookies;
let miasCookies: Cookies;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  if ('missing' in chromiumHere) return;
  installation = await Installation.prepared(path.join(await temporaryDirectory('authorization'), 'data'));
  callbacks = await startCallbackListener();
  front = await startTlsFront(LOCALHOST_CERTIFICATE, callbacks.port);
  const { args, ...found } = chromiumHere.found;
  browser = await chromium.launch({
    ...found,
    args: [...args, `--host-resolver-rules=MAP ${CLIENT_HOST}:443 127.0.0.1:${front.port}`],
  });
  ready = await installation.start();
  const first = await browser.newContext();
  await signIn(await first.newPage(), ready.signIn);
  ownersCookies = await first.cookies();
  await first.close();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await installation?.stop();
  await front?.close();
  await callbacks?.close();
  if (installation) await removeInstallation(installation.dataDirectory);
}, 60_000);

beforeEach(async (test) => {
  skipUnless(test, chromiumMissing === null, chromiumMissing ?? '');
  complaints = [];
  await visitor();
});

afterEach(async () => {
  await context?.close();
  expect(complaints ?? []).toEqual([]);
});

/** A browser profile without a session, as `context` and `page`. */
async function visitor(options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
  await context?.close();
  context = await browser.newContext({
    ignoreHTTPSErrors: true,
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
}

async function signIn(at: Page, { email, password }: { readonly email: string; readonly password: string }) {
  if (!at.url().includes('/sign-in')) await at.goto(`${ready.origin}/dashboard/sign-in`);
  await at.getByLabel('Email').fill(email);
  await at.getByLabel('Password', { exact: true }).fill(password);
  await at.getByRole('button', { name: 'Sign in' }).click();
  await at.waitForURL((url) => !url.pathname.endsWith('/sign-in'));
}

/** A client that registered this redirect URI. */
function clientWith(redirectUri: string, metadata: Record<string, unknown> = {}): Promise<OAuthClient> {
  return OAuthClient.register(ready.origin, ready.mcpUrl, { redirect_uris: [redirectUri], ...metadata });
}

/** Opens the authorization request; returns what its consent page lets a form reach. */
async function askConsent(client: OAuthClient): Promise<string | undefined> {
  const response = await page.goto(client.authorizeUrl());
  await page.getByRole('button', { name: 'Allow' }).waitFor();
  return /form-action ([^;]+)/.exec(response?.headers()['content-security-policy'] ?? '')?.[1];
}

/** A person's part of signing a client in, where they are signed in already. */
async function allow(): Promise<void> {
  await page.getByRole('button', { name: 'Allow' }).click();
}

describe('connecting from a URL', () => {
  it('an invited person signs up, is sent to sign in by the client, allows it, and the tool answers', async () => {
    await context.addCookies(ownersCookies);
    const issued = await context.request.post(`${ready.apiUrl}/organizations/${ready.organization}/invitations`, {
      data: { email: MIA.email },
      headers: { origin: ready.origin },
    });
    const { url }: Json = await issued.json();
    await visitor();
    await page.goto(url);
    await page.getByLabel('Your name').fill(MIA.name);
    await page.getByLabel(/^Password/).fill(MIA.password);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.waitForURL(`${ready.origin}/dashboard/${ready.organization}`);
    await visitor();

    const redirectUri = `http://localhost:${callbacks.port}/sdk`;
    const host = sdkHost(redirectUri, async (authorization) => {
      await page.goto(authorization.href);
      await page.waitForURL(/\/dashboard\/sign-in\?next=/);
      await signIn(page, MIA);
      miasCookies = await context.cookies();
      await page.getByText(MIA.email).waitFor();
      await allow();
    });
    const target = new URL(ready.mcpUrl);
    const arrived = callbacks.next('/sdk');
    const first = new ModernTransport(target, { authProvider: host as Json });
    await expect(new ModernClient(INFO, MODERN).connect(first)).rejects.toThrow();
    await first.finishAuth(await arrived);
    const client = new ModernClient(INFO, MODERN);
    await client.connect(new ModernTransport(target, { authProvider: host as Json }));
    expect(firstText(await client.callTool(CALL))).toContain('Lisbon');
    await client.close();
  }, 60_000);

  it('the program of an MCP bundle signs its person in through the browser, and answers a client of local programs', async () => {
    await context.addCookies(ownersCookies);
    await page.goto(connectUrl());
    await page.getByRole('heading', { name: 'Desktop extension' }).click();
    const href = await page.getByRole('link', { name: 'Download the bundle' }).getAttribute('href');
    const download = await context.request.get(new URL(href ?? '', ready.origin).href);
    const directory = await temporaryDirectory('bundle');
    for (const [name, bytes] of Object.entries(unzipSync(await download.body()))) {
      await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
      await writeFile(path.join(directory, name), bytes);
    }
    const manifest: Json = JSON.parse(await readFile(path.join(directory, 'manifest.json'), 'utf8'));
    const args = manifest.server.mcp_config.args.map((text: string) => text.replace('${__dirname}', directory));
    const transport = new StdioClientTransport({
      command: process.execPath,
      args,
      env: { HOME: directory, PATH: '/nowhere' },
      stderr: 'pipe',
    });
    let log = '';
    const asked = new Promise<string>((resolve) => {
      transport.stderr?.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        const [url] = /http:\/\/\S+\/authorize\?\S+/.exec(log) ?? [];
        if (url !== undefined && log.includes(`${url}\n`)) resolve(url);
      });
    });
    const client = new LegacyClient(INFO);
    const connected = client.connect(transport, { timeout: 50_000 });
    connected.catch(() => undefined);
    await page.goto(await asked);
    await page.getByText('This name is not proved').waitFor();
    await allow();
    await connected;
    expect(firstText(await client.callTool(CALL))).toContain('Lisbon');
    await client.close();
  }, 80_000);
});

describe('the answer to a client', { timeout: 60_000 }, () => {
  it.each([
    ['a loopback name', () => `http://localhost:${callbacks.port}/name`],
    ['a loopback address', () => `http://127.0.0.1:${callbacks.port}/address`],
    ['a host on the internet', () => `https://${CLIENT_HOST}/hosted`],
  ])('the answer reaches %s, and the consent page lets its form reach nothing else', async (_form, redirectUri) => {
    const uri = redirectUri();
    const client = await clientWith(uri);
    await context.addCookies(ownersCookies);
    expect(await askConsent(client)).toBe(`'self' ${new URL(uri).origin}`);
    const arrived = callbacks.next(new URL(uri).pathname);
    await allow();
    const answer = await arrived;
    expect([answer.get('iss'), answer.get('state')]).toEqual([ready.origin, 'st4te']);
    const { status } = await client.exchange(answer.get('code') ?? '');
    expect(status).toBe(200);
  });

  it('the answer opens the program of a scheme of its own', async () => {
    const client = await clientWith('com.example.app:/callback', { application_type: 'native' });
    await context.addCookies(ownersCookies);
    expect(await askConsent(client)).toBe("'self' com.example.app:");
    const opened = requestTo('com.example.app:');
    await allow();
    const answer = new URL(await opened).searchParams;
    expect((await client.exchange(answer.get('code') ?? '')).status).toBe(200);
  });

  it('the browser stops the answer on a page whose policy does not name its redirect', async () => {
    const uri = `http://localhost:${callbacks.port}/blocked`;
    const client = await clientWith(uri);
    await context.addCookies(ownersCookies);
    await askConsent(client);
    await page.route('**/-/oauth/*', async (route) => {
      const response = await route.fetch();
      const policy = response.headers()['content-security-policy'] ?? '';
      const headers = { ...response.headers(), 'content-security-policy': policy.replace(new URL(uri).origin, '') };
      await route.fulfill({ response, headers });
    });
    await page.reload();
    await page.unroute('**/-/oauth/*');
    const refused = page.waitForEvent('console', (message) => message.text().includes('form-action'));
    await allow();
    await refused;
    complaints = [];
  });

  it('the answer is a refusal where the person denies or leaves no scope, and else a code for the scopes they left', async () => {
    const uri = `http://localhost:${callbacks.port}/partial`;
    const client = await clientWith(uri);
    await context.addCookies(ownersCookies);
    await askConsent(client);
    const denied = callbacks.next('/partial');
    await page.getByRole('button', { name: 'Deny' }).click();
    expect((await denied).get('error')).toBe('access_denied');
    await askConsent(client);
    const boxes = page.getByRole('checkbox');
    expect(await boxes.evaluateAll((all) => all.map((box) => box.getAttribute('name')))).toEqual(['scope:tools:read']);
    await boxes.uncheck();
    const empty = callbacks.next('/partial');
    await allow();
    expect((await empty).get('error')).toBe('access_denied');
    await askConsent(client);
    const arrived = callbacks.next('/partial');
    await allow();
    const { body } = await client.exchange((await arrived).get('code') ?? '');
    expect(body.scope).toBe('tools:read');
  });
});

describe('the person behind an authorization', { timeout: 60_000 }, () => {
  it('the sign-in of the browser decides: after another person signed in, the client asks them and connects as them', async () => {
    const uri = `http://localhost:${callbacks.port}/person`;
    const client = await clientWith(uri);
    await context.addCookies(miasCookies);
    const mia = await subjectOf(client, uri, MIA.email);
    expect(mia).toBe((await me()).id);
    await page.goto(ready.dashboardUrl);
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await context.addCookies(ownersCookies);
    expect(await subjectOf(client, uri, ready.signIn.email)).toBe((await me()).id);
  });

  it('“not you?” ends the sign-in, and the next person finishes the same request', async () => {
    const uri = `http://localhost:${callbacks.port}/switched`;
    const client = await clientWith(uri);
    await signIn(page, MIA);
    await askConsent(client);
    await page.getByText(MIA.email).waitFor();
    await page.getByRole('button', { name: 'Sign in as another person' }).click();
    await page.waitForURL(/\/dashboard\/sign-in\?next=/);
    expect((await context.request.get(`${ready.apiUrl}/me`)).status()).toBe(401);
    await signIn(page, ready.signIn);
    await page.getByText(ready.signIn.email).waitFor();
    const arrived = callbacks.next('/switched');
    await allow();
    const { body } = await client.exchange((await arrived).get('code') ?? '');
    expect(claimsOf(body.access_token).sub).toBe((await me()).id);
  });

  it('a person with an authenticator app enters a code before the client may ask them', async () => {
    await signIn(page, MIA);
    const change = async (path: string, data: object): Promise<Json> => {
      const url = `${ready.origin}/api/auth/two-factor/${path}`;
      const answer = await context.request.post(url, { data, headers: { origin: ready.origin } });
      expect(answer.status(), await answer.text()).toBe(200);
      return answer.json();
    };
    const { totpURI, backupCodes } = await change('enable', { password: MIA.password });
    await change('verify-totp', { code: appCode(seedOf(totpURI)) });
    await visitor();
    const uri = `http://localhost:${callbacks.port}/factor`;
    const client = await clientWith(uri);
    await page.goto(client.authorizeUrl());
    await page.getByLabel('Email').fill(MIA.email);
    await page.getByLabel('Password', { exact: true }).fill(MIA.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByLabel('Code', { exact: true }).waitFor();
    expect((await context.request.get(`${ready.apiUrl}/me`)).status()).toBe(401);
    await page.getByLabel('Code', { exact: true }).fill(backupCodes[0]);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByText(MIA.email).waitFor();
    const arrived = callbacks.next('/factor');
    await allow();
    const { body } = await client.exchange((await arrived).get('code') ?? '');
    expect(claimsOf(body.access_token).sub).toBe((await me()).id);
  });

  it('a planted session of the authorization server signs no person in', async () => {
    const uri = `http://localhost:${callbacks.port}/planted`;
    const client = await clientWith(uri);
    await context.addCookies(ownersCookies);
    await subjectOf(client, uri, ready.signIn.email);
    const planted = (await context.cookies()).filter(({ name }) => name.startsWith('patchbay_oauth_session'));
    expect(planted.length).toBeGreaterThan(0);
    await visitor();
    await context.addCookies(planted);
    await page.goto(client.authorizeUrl());
    await page.waitForURL(/\/dashboard\/sign-in\?next=/);
    expect(await page.content()).not.toContain(ready.signIn.email);
  });
});

describe('pages that a person decides or copies on', { timeout: 60_000 }, () => {
  it('no other page can frame the consent page or the connect page', async () => {
    const client = await clientWith(`http://localhost:${callbacks.port}/framed`);
    await context.addCookies(ownersCookies);
    await page.goto(`http://127.0.0.1:${callbacks.port}/attacker`);
    for (const target of [client.authorizeUrl(), connectUrl()]) {
      const refused = page.waitForEvent('console', (message) => /frame-ancestors|X-Frame-Options/.test(message.text()));
      await page.evaluate(
        `document.body.append(Object.assign(document.createElement('iframe'), { src: '${target}' }))`,
      );
      await refused;
    }
    complaints = [];
    for (const frame of page.frames().slice(1)) {
      expect(await frame.getByText(/asks to use|Choose your client/).count()).toBe(0);
    }
  });

  it('the connect page is used by keyboard, copies its URL, and leads to one client at a time', async () => {
    await page.goto(connectUrl());
    await page.getByRole('button', { name: 'Copy the URL' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' });
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(ready.mcpUrl);
    const summaries = page.locator('summary');
    await summaries.nth(1).focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('details[open]').count()).toBe(1);
    await page.getByRole('link', { name: 'Add to Cursor' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Add to Cursor');
  });

  it.each(['light', 'dark'] as const)(
    'the connect page and the consent page have no accessibility violation in %s colors, wide and narrow',
    async (scheme) => {
      const axe = createRequire(path.join(ROOT, 'apps/dashboard/package.json')).resolve('axe-core/axe.min.js');
      const source = await readFile(axe, 'utf8');
      const client = await clientWith(`http://localhost:${callbacks.port}/looked-at`);
      for (const viewport of [
        { width: 1280, height: 800 },
        { width: 390, height: 844 },
      ]) {
        await visitor({ colorScheme: scheme, viewport, bypassCSP: true });
        await context.addCookies(ownersCookies);
        for (const target of [connectUrl(), client.authorizeUrl()]) {
          await page.goto(target);
          await page.evaluate(
            "for (const each of document.querySelectorAll('details')) each.removeAttribute('name'), (each.open = true)",
          );
          await page.evaluate(source);
          const found = await page.evaluate(
            'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => [id, html])))',
          );
          expect(found, `${target} ${scheme} ${viewport.width}`).toEqual([]);
          const width = await page.evaluate('document.documentElement.scrollWidth');
          expect(width, `${target} ${viewport.width}`).toBeLessThanOrEqual(viewport.width);
        }
      }
    },
    60_000,
  );
});

function connectUrl(): string {
  return ready.mcpUrl.replace(/\/mcp$/, '');
}

/** The person who is signed in. */
async function me(): Promise<Json> {
  const answer: Json = await (await context.request.get(`${ready.apiUrl}/me`)).json();
  return answer.person;
}

/** Signs the client in as the person that the consent page must name; the subject of its token. */
async function subjectOf(client: OAuthClient, redirectUri: string, email: string): Promise<unknown> {
  await askConsent(client);
  await page.getByText(email).waitFor();
  const arrived = callbacks.next(new URL(redirectUri).pathname);
  await allow();
  const { body } = await client.exchange((await arrived).get('code') ?? '');
  return claimsOf(body.access_token).sub;
}

/** The first request of the page to a scheme that no program here opens: the redirect that the browser followed. */
async function requestTo(scheme: string): Promise<string> {
  const protocol = await context.newCDPSession(page);
  await protocol.send('Network.enable');
  return new Promise((resolve) => {
    protocol.on('Network.requestWillBeSent', ({ request }) => {
      if (request.url.startsWith(scheme)) resolve(request.url);
    });
  });
}
