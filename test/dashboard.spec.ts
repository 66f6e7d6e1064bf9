import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { removeInstallation } from '@patchbay/embedded';
import { findTestChromium, skipUnless, temporaryDirectory } from '@patchbay/testing';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appCode, seedOf } from '../apps/gateway/test/app-code.ts';
import { Installation, type ReadyFile } from './installation.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

const chromiumHere = await findTestChromium();
const chromiumMissing = 'missing' in chromiumHere ? `Chromium is ${chromiumHere.missing}` : null;
let installation: Installation;
let ready: ReadyFile;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];
/** The cookies of one sign-in: attempts are limited per address, and most tests are about what comes after. */
let session: Awaited<ReturnType<BrowserContext['cookies']>>;

beforeAll(async () => {
  if ('missing' in chromiumHere) return;
  installation = await Installation.prepared(path.join(await temporaryDirectory('dashboard'), 'data'));
  ready = await installation.start();
  browser = await chromium.launch(chromiumHere.found);
  const first = await browser.newContext();
  page = await first.newPage();
  await page.goto(`${ready.origin}/dashboard/sign-in`);
  await signIn();
  await page.getByRole('heading', { name: 'Connectors' }).waitFor();
  session = await first.cookies();
  await first.close();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await installation?.stop();
  if (installation) await removeInstallation(installation.dataDirectory);
});

beforeEach(async (test) => {
  skipUnless(test, chromiumMissing === null, chromiumMissing ?? '');
  context = await browser.newContext({ viewport: SIZES.desktop, permissions: ['clipboard-read', 'clipboard-write'] });
  page = await context.newPage();
  complaints = [];
  // A policy violation or an exception on any page fails the test it happens in.
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
});

afterEach(async () => {
  await context?.close();
  expect(complaints ?? []).toEqual([]);
});

async function signIn(password = ready.signIn.password): Promise<void> {
  await page.getByLabel('Email').fill(ready.signIn.email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A new account, signed in. */
async function signUp(name: string, email: string): Promise<void> {
  await page.goto(`${ready.origin}/dashboard/sign-up`);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('a long enough sentence');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByLabel('URL slug').waitFor();
}

/** An authenticator in the browser, as a phone or laptop has one. */
async function addAuthenticator() {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, authenticatorId };
}

/** As the signed-in person, beside the pages. */
async function createGroup(name: string): Promise<void> {
  const answer = await context.request.post(`${ready.apiUrl}/organizations/${ready.organization}/groups`, {
    data: { name },
    headers: { origin: ready.origin },
  });
  expect(answer.status()).toBe(201);
}

/** A client that registered, and waits for its answer at a redirect of its own. */
async function startClient(name: string) {
  const answered = Promise.withResolvers<URL>();
  const server = createServer((request, response) => {
    response.end('You can close this page.');
    answered.resolve(new URL(request.url ?? '', 'http://localhost'));
    server.close();
  }).listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the client has no port');
  const redirectUri = `http://localhost:${address.port}/callback`;
  const metadata = { client_name: name, redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' };
  const answer = await context.request.post(`${ready.origin}/register`, { data: metadata });
  const { client_id: client } = await answer.json();
  return { client, redirectUri, allowed: answered.promise };
}

function authorizationRequest(client: string, redirectUri: string): string {
  const challenge = createHash('sha256').update('a'.repeat(43)).digest('base64url');
  const parameters = {
    response_type: 'code',
    client_id: client,
    redirect_uri: redirectUri,
    resource: ready.mcpUrl,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  return `${ready.origin}/authorize?${new URLSearchParams(parameters)}`;
}

/** Lets a minute of the page's time pass at most, in seconds that do not take one. */
async function passTimeUntil(isSo: () => Promise<boolean>): Promise<void> {
  for (let second = 0; second < 60 && !(await isSo()); second += 1) await page.clock.runFor(1_000);
  expect(await isSo()).toBe(true);
}

/** A change reaches every gateway within a second; a busy machine takes longer. */
const SOON = { timeout: 30_000 };

/** Status of a `tools/list` at the demo connector's URL with a key, or with none. */
async function listTools(key: string | null): Promise<number> {
  const answer = await fetch(ready.mcpUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      ...(key !== null && { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  await answer.text();
  return answer.status;
}

describe('the dashboard', () => {
  it('the dashboard redirects visitors without a session to sign in, and back to their page', async () => {
    await page.goto(`${ready.dashboardUrl.replace(/\/$/, '')}/${ready.organization}/connectors/weather`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn();
    await page.getByRole('heading', { name: 'Versions' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/dashboard/${ready.organization}/connectors/weather`);
  });

  it('the dashboard lets a newcomer create an account and an organization, and explains how to publish', async () => {
    await page.goto(`${ready.origin}/dashboard/sign-up`);
    await page.getByLabel('Your name').fill('Nora Newcomer');
    await page.getByLabel('Email').fill('nora@example.com');
    await page.getByLabel('Password', { exact: true }).fill('a long enough sentence');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Northwind');
    await page.getByLabel('URL slug').fill('northwind');
    await page.getByRole('button', { name: 'Create organization' }).click();
    await page.getByText('No connector yet').waitFor();
    expect(new URL(page.url()).pathname).toBe('/dashboard/northwind');
  });

  it('the dashboard never follows a sign-in to another site', async () => {
    await page.goto(`${ready.origin}/dashboard/sign-in?next=${encodeURIComponent('//evil.invalid/x')}`);
    await signIn();
    await page.getByRole('heading', { name: 'Connectors' }).waitFor();
    expect(new URL(page.url()).origin).toBe(ready.origin);
  });

  it('the sign-in page answers a wrong password and an unknown address with the same words', async () => {
    await page.goto(`${ready.origin}/dashboard/sign-in`);
    await signIn('not the password at all');
    const words = await page.getByRole('alert').filter({ hasText: 'match' }).textContent();
    await page.getByLabel('Email').fill('nobody@example.com');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').filter({ hasText: 'match' }).textContent()).toBe(words);
    expect(new URL(page.url()).pathname).toBe('/dashboard/sign-in');
  });

  it('the sign-in form keeps what was typed before its script was ready, and sends it then', async () => {
    const scripts = Promise.withResolvers<void>();
    await page.route('**/_next/static/**/*.js', async (route) => {
      await scripts.promise;
      await route.continue();
    });
    await page.goto(`${ready.origin}/dashboard/sign-in`, { waitUntil: 'commit' });
    await signIn();
    expect(new URL(page.url()).search).toBe('');
    expect(await page.getByLabel('Email').inputValue()).toBe(ready.signIn.email);
    scripts.resolve();
    await page.getByRole('heading', { name: 'Connectors' }).waitFor();
  });

  it('the sign-in page offers an account where everyone may create one', async () => {
    await page.goto(`${ready.origin}/dashboard/sign-in`);
    await page.getByRole('link', { name: 'Create one' }).waitFor();
    expect(await page.getByText('Accounts are created by invitation').count()).toBe(0);
  });

  it('the dashboard lists the live demo connector, and copies the URL that Claude needs', async () => {
    await context.addCookies(session);
    await page.goto(ready.dashboardUrl);
    const row = page.getByRole('listitem').filter({ hasText: ready.mcpUrl });
    await row.getByText(/Live · version/).waitFor();
    await row.getByRole('button', { name: /Copy the URL/ }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(ready.mcpUrl);
  });

  it('the dashboard explains when the API does not answer, and recovers by itself', async () => {
    await context.addCookies(session);
    await page.clock.install();
    await page.goto(ready.dashboardUrl);
    const row = page.getByRole('listitem').filter({ hasText: ready.mcpUrl });
    await row.waitFor();
    const complaint = page.getByText('Patchbay does not answer.');
    await context.route('**/api/v1/**', (route) => route.abort());
    await passTimeUntil(() => complaint.isVisible());
    expect(await row.isVisible()).toBe(true);
    await context.unroute('**/api/v1/**');
    await passTimeUntil(async () => !(await complaint.isVisible()));
  });

  it('the dashboard creates an API key, shows it once with a command that works, and revokes it', async () => {
    await context.addCookies(session);
    await page.goto(`${ready.dashboardUrl}/${ready.organization}/settings/api-keys`);
    await page.getByRole('link', { name: 'New API key' }).click();
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByText('Enter a name of at most 80 characters.').waitFor();
    await page.getByLabel('Name').fill('Laptop');
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('button', { name: 'Copy the API key' }).click();
    const key = String(await page.evaluate('navigator.clipboard.readText()'));
    expect(await page.getByText(/^claude mcp add/).textContent()).toContain(`"Authorization: Bearer ${key}"`);
    expect(await listTools(key)).toBe(200);

    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('button', { name: 'Revoke Laptop' }).click();
    expect(await page.getByText(key).count()).toBe(0);
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('The key “Laptop” is revoked.').waitFor();
    await expect.poll(() => listTools(key), SOON).toBe(401);
    await page.getByRole('radiogroup', { name: 'Which keys to show' }).getByText('Ended').click();
    await page.getByRole('listitem').filter({ hasText: 'Laptop' }).getByText('Revoked').waitFor();
  });

  it('the dashboard shows an invitation’s link once, withdraws it, and keeps the last owner', async () => {
    await context.addCookies(session);
    await page.goto(`${ready.dashboardUrl}/${ready.organization}/settings/members`);
    const changeRole = page.getByRole('button', { name: /^Change role/ });
    expect(await changeRole.getAttribute('aria-description')).toContain('at least one owner');
    await changeRole.click({ force: true });
    expect(await page.getByRole('dialog').count()).toBe(0);

    await page.getByRole('link', { name: 'Invite a person' }).click();
    await page.getByRole('button', { name: 'Invite a person' }).click();
    await page.getByLabel('Email of the person').fill('Eve@People.example');
    await page.getByRole('radio', { name: 'Admin' }).check();
    await page.getByRole('button', { name: 'Create the link' }).click();
    await page.getByRole('button', { name: 'Copy the invitation link' }).click();
    const link = String(await page.evaluate('navigator.clipboard.readText()'));
    expect((await context.request.get(link)).status()).toBe(200);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('listitem').filter({ hasText: 'eve@people.example' }).getByText('Admin').waitFor();
    expect(await page.getByText(link).count()).toBe(0);

    await page.getByRole('button', { name: /^Withdraw/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText('The invitation of eve@people.example is withdrawn.').waitFor();
    expect((await context.request.get(link)).status()).toBe(404);
  });

  it('the dashboard creates, fills, renames and deletes a group of members', async () => {
    await context.addCookies(session);
    await page.goto(`${ready.dashboardUrl}/-/groups`);
    await page.getByText('No group yet').waitFor();
    await page.getByRole('button', { name: 'Create a group' }).click();
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByText('Enter a name of at most 80 characters.').waitFor();
    await page.getByLabel('Name of the group').fill('testers');
    await page.getByRole('button', { name: 'Create group' }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'testers' });
    await row.getByText('No member yet').waitFor();

    await row.getByRole('button', { name: 'Members of testers' }).click();
    const members = page.getByRole('group', { name: 'Members of testers' });
    await members.getByRole('checkbox').first().click();
    await page.getByRole('button', { name: 'Done' }).click();
    await row.getByText(/^1 member · /).waitFor();

    await row.getByRole('button', { name: 'Rename testers' }).click();
    await page.getByLabel('Name of the group').fill('pilots');
    await page.getByRole('button', { name: 'Save name' }).click();
    await page.getByText('The group is called “pilots” now.').waitFor();
    await page.getByRole('button', { name: 'Delete pilots' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No group yet').waitFor();
  });

  it('the dashboard adds a preset, decides for one tool, and shows which policy is in force', async () => {
    await context.addCookies(session);
    await page.goto(`${ready.dashboardUrl}/-/policies`);
    await page.getByText('No policy yet').waitFor();
    await page.getByRole('button', { name: 'Add a preset' }).click();
    await page.getByRole('menuitem', { name: /^Read only/ }).click();
    await page.getByText('The policy “Read only” is in force.').waitFor();
    await page.goto(`${ready.dashboardUrl}/${ready.organization}/connectors/weather/tools`);
    await page.locator('input[aria-label="Calls of get_climate"]').click();
    await page.getByRole('option', { name: 'Needs approval' }).click();
    await page.getByText('Calls of get_climate: needs approval.').waitFor();

    await page.goto(`${ready.dashboardUrl}/${ready.organization}/settings/policies`);
    await page.getByRole('button', { name: 'Delete weather: get_climate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The policy “weather: get_climate” is deleted.').waitFor();
  });

  it('the dashboard shows a client that a person allowed, and ends it for good', async () => {
    await context.addCookies(session);
    const { client, redirectUri, allowed } = await startClient('A client');
    await page.goto(authorizationRequest(client, redirectUri));
    await page.getByRole('button', { name: 'Allow' }).click();
    expect((await allowed).searchParams.get('code')).toBeTruthy();
    await page.goto(`${ready.dashboardUrl}/-/connected-clients`);
    const row = page.getByRole('listitem').filter({ hasText: 'A client' });
    await row.getByText('not used yet').waitFor();
    await page.getByPlaceholder('Every client').click();
    await page.getByRole('option', { name: 'A client' }).click();
    await page.getByRole('button', { name: 'End all of these' }).waitFor();
    await page.goto(`${ready.dashboardUrl}/-/account`);
    await row.getByRole('button', { name: /^End A client/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
    await page.getByText('A client has no access any more.').waitFor();
    await page.goto(`${ready.dashboardUrl}/-/connected-clients`);
    await page.getByRole('radiogroup', { name: 'Which connected clients to show' }).getByText('Ended').click();
    await row.getByText('by an owner, an admin or the person').waitFor();
  });

  it('the dashboard makes an OAuth client, shows its secret once, replaces and deletes it', async () => {
    await context.addCookies(session);
    await page.goto(`${ready.dashboardUrl}/-/oauth-clients`);
    await page.getByRole('button', { name: 'New OAuth client' }).first().click();
    await page.getByRole('button', { name: 'Create OAuth client' }).click();
    await page.getByText('Enter a name of at most 80 characters.').waitFor();
    await page.getByLabel('Name').fill('Claude here');
    await page.getByRole('button', { name: 'Create OAuth client' }).click();
    const copied = async () => {
      await page.getByRole('button', { name: 'Copy the client secret' }).click();
      const secret = String(await page.evaluate('navigator.clipboard.readText()'));
      await page.getByRole('button', { name: 'I have copied it' }).click();
      return secret;
    };
    const first = await copied();
    expect(first).toMatch(/^pbs_/);
    const row = page.getByRole('listitem').filter({ hasText: 'Claude here' });
    await row.getByRole('button', { name: /^Replace the secret/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replace secret' }).click();
    expect(await copied()).not.toBe(first);
    await row.getByText('The replaced secret ends').waitFor();
    expect(await page.getByText(first).count()).toBe(0);
    await row.getByRole('button', { name: 'Delete Claude here' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await row.getByText('Deleted', { exact: true }).waitFor();
  });

  it('the dashboard sets and removes a secret without showing its value again', async () => {
    await context.addCookies(session);
    await page.goto(`${ready.dashboardUrl}/${ready.organization}/connectors/weather/secrets`);
    await page.getByRole('button', { name: 'Add a secret' }).click();
    await page.getByLabel('Name').fill('lower');
    await page.getByLabel('Value', { exact: true }).fill('hunter2');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Use 1 to 64 capital letters').waitFor();
    await page.getByLabel('Name').fill('API_KEY');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('API_KEY is set, from the next call on.').waitFor();
    expect(await page.content()).not.toContain('hunter2');
    await page.getByRole('button', { name: 'Remove API_KEY' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No secret is set').waitFor();
  });

  it('the dashboard makes a connector public only after its name was typed, and closes it again', async () => {
    await context.addCookies(session);
    await page.goto(`${ready.dashboardUrl}/${ready.organization}/connectors/weather/settings`);
    await page.getByRole('radio', { name: 'Public: everyone who has the URL' }).check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Open it' }).click();
    await dialog.getByText('Type weather exactly').waitFor();
    expect(await listTools(null)).toBe(401);
    await dialog.getByLabel('Type weather to confirm').fill('weather');
    await dialog.getByRole('button', { name: 'Open it' }).click();
    await page.getByText('Saved. In force for the next call.').waitFor();
    await expect.poll(() => listTools(null), SOON).toBe(200);
    await page.getByRole('radio', { name: 'Callers with an API key only' }).check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(() => listTools(null), SOON).toBe(401);
  });

  it('the dashboard refuses a new password without the current one, and signs out everywhere else with it', async () => {
    await signUp('Paula Password', 'paula@example.com');
    const elsewhere = await browser.newContext({ storageState: await context.storageState() });
    await page.goto(`${ready.dashboardUrl}/-/account`);
    await page.getByText('paula@example.com').waitFor();
    const change = async (current: string) => {
      await page.getByLabel('Current password', { exact: true }).fill(current);
      await page.getByLabel('New password', { exact: true }).fill('another long sentence');
      await page.getByRole('button', { name: 'Change password' }).click();
    };
    await change('not the password at all');
    await page.getByText('The current password is not right.').waitFor();
    expect((await elsewhere.request.get(`${ready.apiUrl}/me`)).status()).toBe(200);
    await change('a long enough sentence');
    await page.getByText('Your password is changed.').waitFor();
    expect((await elsewhere.request.get(`${ready.apiUrl}/me`)).status()).toBe(401);
    expect((await context.request.get(`${ready.apiUrl}/me`)).status()).toBe(200);
    await elsewhere.close();
  });

  it('the dashboard sets up an authenticator app, and signs in with its code only', async () => {
    const email = 'otto@example.com';
    await signUp('Otto Otp', email);
    await page.goto(`${ready.dashboardUrl}/-/account`);
    await page.getByRole('button', { name: 'Set up' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Password', { exact: true }).fill('a long enough sentence');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByRole('img', { name: 'QR code' }).waitFor();
    const seed = seedOf(`otpauth://totp/x?secret=${await dialog.locator('code').textContent()}`);
    await dialog.getByLabel('Code that the app shows').fill(appCode(seed));
    await dialog.getByRole('button', { name: 'Turn on' }).click();
    await dialog.getByText('They are shown only now').waitFor();
    const [recoveryCode = ''] = (await dialog.locator('code').textContent())?.split('\n') ?? [];
    await dialog.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('On. 10 recovery codes are left.').waitFor();
    await context.clearCookies();
    await page.goto(`${ready.origin}/dashboard/sign-in?next=${encodeURIComponent('/-/account')}`);
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('a long enough sentence');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByLabel('Code', { exact: true }).fill('000000');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByText('The code is not right.').waitFor();
    await page.getByLabel('Code', { exact: true }).fill(recoveryCode);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByText('On. 9 recovery codes are left.').waitFor();
    expect(new URL(page.url()).pathname).toBe('/dashboard/-/account');
  }, 60_000);

  it('the dashboard adds a passkey that verifies its user, signs in with it alone, ends the session before, and removes it', async () => {
    const { cdp, authenticatorId } = await addAuthenticator();
    await signUp('Petra Passkey', 'petra@example.com');
    await page.goto(`${ready.dashboardUrl}/-/account`);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Laptop');
    // An authenticator without a finger, face or PIN is one factor only.
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    await page.getByText('No passkey was accepted.').waitFor();
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    await page.getByText('The passkey is added.').waitFor();
    await page.getByText('Laptop', { exact: true }).waitFor();
    const elsewhere = await browser.newContext({ storageState: await context.storageState() });
    await context.clearCookies();
    await page.goto(`${ready.origin}/dashboard/sign-in?next=${encodeURIComponent('/-/account')}`);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('petra@example.com').waitFor();
    await page.getByText('this one').waitFor();
    await page.getByText('second factor', { exact: true }).waitFor();
    expect((await elsewhere.request.get(`${ready.apiUrl}/me`)).status()).toBe(200);
    await page.getByRole('button', { name: /^End the session/ }).click();
    await page.getByText('The session has ended.').waitFor();
    expect((await elsewhere.request.get(`${ready.apiUrl}/me`)).status()).toBe(401);
    await elsewhere.close();
    await page.getByRole('button', { name: 'Remove Laptop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('You have no passkey yet.').waitFor();
    await context.clearCookies();
    await page.goto(`${ready.origin}/dashboard/sign-in`);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('No passkey was accepted.').waitFor();
  }, 60_000);

  it('the dashboard ends the session when the person signs out', async () => {
    await page.goto(ready.dashboardUrl);
    await signIn();
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect((await context.request.get(`${ready.apiUrl}/me`)).status()).toBe(401);
  });

  it.each(['light', 'dark'] as const)(
    'the dashboard has no accessibility violation in %s colors, wide and narrow',
    async (scheme) => {
      const axe = createRequire(path.join(ROOT, 'apps/dashboard/package.json')).resolve('axe-core/axe.min.js');
      const source = await readFile(axe, 'utf8');
      const shots = path.join(ROOT, 'test-artifacts/dashboard');
      await mkdir(shots, { recursive: true });
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      const look = async (name: string) => {
        await page.evaluate(source);
        for (const [size, viewport] of Object.entries(SIZES)) {
          await page.setViewportSize(viewport);
          await page.screenshot({ path: path.join(shots, `${name}-${scheme}-${size}.png`) });
          const violations = await page.evaluate(
            'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => [id, html])))',
          );
          expect(violations, `${name} ${size}`).toEqual([]);
          const width = await page.evaluate('document.documentElement.scrollWidth');
          expect(width, `${name} ${size} scrolls sideways`).toBeLessThanOrEqual(viewport.width);
        }
      };
      await page.goto(`${ready.origin}/dashboard/sign-in`);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await look('sign-in');
      await context.addCookies(session);
      await page.goto(ready.dashboardUrl);
      await page
        .getByText(/Live · version/)
        .first()
        .waitFor();
      await look('connectors');
      await page
        .getByRole('link', { name: /weather/i })
        .first()
        .click();
      await page.getByText('Version 1', { exact: true }).waitFor();
      await look('connector');
      const organization = `${ready.dashboardUrl}/${ready.organization}`;
      await createGroup(`pilots in ${scheme} colors`);
      const pages: readonly (readonly [name: string, path: string, content: Locator])[] = [
        ['account', '../-/account', page.getByText('this one')],
        ['members', 'settings/members', page.getByRole('button', { name: /^Change role/ })],
        ['groups', 'settings/groups', page.getByRole('button', { name: /^Members of/ }).first()],
        ['invitations', 'settings/invitations', page.getByRole('button', { name: 'Invite a person' })],
        ['roles', 'settings/roles', page.getByText('your role', { exact: true })],
        ['policies', 'settings/policies', page.getByRole('button', { name: /^Delete/ })],
        ['tools', 'connectors/weather/tools', page.locator('input[aria-label^="Calls of"]').first()],
        ['limits', 'settings/limits', page.getByText('Whole organization')],
        ['api-keys', 'settings/api-keys', page.getByRole('button', { name: /^Revoke/ }).first()],
        [
          'connected-clients',
          'settings/connected-clients?state=ended',
          page.getByText('by an owner, an admin or the person'),
        ],
        ['oauth-clients', 'settings/oauth-clients', page.getByText('Claude here')],
        ['new-api-key', 'settings/api-keys/new?kind=admin', page.getByLabel('Upload versions')],
        ['secrets', 'connectors/weather/secrets', page.getByText('No secret is set')],
        ['connector-settings', 'connectors/weather/settings', page.getByRole('button', { name: 'Save', exact: true })],
      ];
      for (const [name, path, content] of pages) {
        await page.goto(`${organization}/${path}`);
        await content.waitFor();
        await look(name);
      }
      await page.goto(`${organization}/settings/groups`);
      await page
        .getByRole('button', { name: /^Members of/ })
        .first()
        .click();
      await page.getByRole('checkbox').first().waitFor();
      await look('group-members');
    },
    120_000,
  );
});
