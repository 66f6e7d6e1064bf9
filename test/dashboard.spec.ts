import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { removeInstallation } from '@patchbay/embedded';
import { findTestChromium, skipUnless, temporaryDirectory } from '@patchbay/testing';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
  installation = await Installation.at(path.join(await temporaryDirectory('dashboard'), 'data'));
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
}, 60_000);

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

/** Lets a minute of the page's time pass at most, in seconds that do not take one. */
async function passTimeUntil(isSo: () => Promise<boolean>): Promise<void> {
  for (let second = 0; second < 60 && !(await isSo()); second += 1) await page.clock.runFor(1_000);
  expect(await isSo()).toBe(true);
}

describe('the dashboard', () => {
  it('takes whoever is not signed in to the sign-in page, and back to where they wanted to go', async () => {
    await page.goto(`${ready.dashboardUrl.replace(/\/$/, '')}/${ready.organization}/connectors/weather`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn();
    await page.getByRole('heading', { name: 'Versions' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/dashboard/${ready.organization}/connectors/weather`);
  });

  it('lets a newcomer create an account and an organization, and says how to publish', async () => {
    await page.goto(`${ready.origin}/dashboard/sign-up`);
    await page.getByLabel('Your name').fill('Nora Newcomer');
    await page.getByLabel('Email').fill('nora@example.com');
    await page.getByLabel('Password', { exact: true }).fill('a long enough sentence');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Northwind');
    await page.getByLabel('Short name').fill('northwind');
    await page.getByRole('button', { name: 'Create organization' }).click();
    await page.getByText('No connector yet').waitFor();
    expect(new URL(page.url()).pathname).toBe('/dashboard/northwind');
  });

  it('never follows a sign-in to another site', async () => {
    await page.goto(`${ready.origin}/dashboard/sign-in?next=${encodeURIComponent('//evil.invalid/x')}`);
    await signIn();
    await page.getByRole('heading', { name: 'Connectors' }).waitFor();
    expect(new URL(page.url()).origin).toBe(ready.origin);
  });

  it('answers a wrong password and an unknown address with the same words', async () => {
    await page.goto(`${ready.origin}/dashboard/sign-in`);
    await signIn('not the password at all');
    const words = await page.getByRole('alert').filter({ hasText: 'match' }).textContent();
    await page.getByLabel('Email').fill('nobody@example.com');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').filter({ hasText: 'match' }).textContent()).toBe(words);
    expect(new URL(page.url()).pathname).toBe('/dashboard/sign-in');
  });

  it('lists the demo connector, live, and copies the URL that Claude needs', async () => {
    await context.addCookies(session);
    await page.goto(ready.dashboardUrl);
    const row = page.getByRole('listitem').filter({ hasText: ready.mcpUrl });
    await row.getByText(/Live · version/).waitFor();
    await row.getByRole('button', { name: /Copy the URL/ }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(ready.mcpUrl);
  });

  it('says what is wrong when the API does not answer, and recovers by itself', async () => {
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

  it('forgets everything when the person signs out', async () => {
    await page.goto(ready.dashboardUrl);
    await signIn();
    await page.getByRole('button', { name: /^Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect((await context.request.get(`${ready.apiUrl}/me`)).status()).toBe(401);
  });

  it.each(['light', 'dark'] as const)(
    'has no accessibility violation in %s colors, wide and narrow',
    async (scheme) => {
      const axe = createRequire(path.join(ROOT, 'apps/dashboard/package.json')).resolve('axe-core/axe.min.js');
      const source = await readFile(axe, 'utf8');
      const shots = path.join(ROOT, 'test-artifacts/dashboard');
      await mkdir(shots, { recursive: true });
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      const look = async (name: string) => {
        for (const [size, viewport] of Object.entries(SIZES)) {
          await page.setViewportSize(viewport);
          await page.screenshot({ path: path.join(shots, `${name}-${scheme}-${size}.png`) });
          await page.evaluate(source);
          const violations = await page.evaluate(
            'axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => [id, html])))',
          );
          expect(violations, `${name} ${size}`).toEqual([]);
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
    },
    60_000,
  );
});
