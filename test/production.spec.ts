import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeInstallation } from '@patchbay/embedded';
import { findTestChromium, redisMissing, skipUnless, waitFor } from '@patchbay/testing';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OAuthClient } from '../apps/gateway/test/oauth/given.ts';
import { runCli } from '../packages/cli/test/run-cli.ts';
import { startCallbackListener } from './callback-listener.ts';
import { Installation } from './installation.ts';
import { fullLimitsMissing, type ProductionSurroundings, productionSurroundings } from './production-surroundings.ts';
import { LOCALHOST_CERTIFICATE, type TlsFront } from './tls-front.ts';

const chromiumHere = await findTestChromium();
const chromiumMissing = 'missing' in chromiumHere ? `Chromium is ${chromiumHere.missing}` : null;
/** Production as its operator starts it: behind TLS, on an external PostgreSQL and Redis. */
let home: string;
let surroundings: ProductionSurroundings;
let front: TlsFront;
let origin: string;
let installation: Installation;
let browser: Browser;
let processes: Readonly<Record<string, number>> = {};
let sharedDirectory = '';
/** Resources that a page's policy refused, and errors that it threw. */
const complaints: string[] = [];

const OWNER = {
  name: 'Olga Owner',
  email: 'olga@people.example',
  password: 'a long enough sentence',
  organizationName: 'Acme',
  slug: 'acme',
};
const DEVELOPER = {
  name: 'Dana Developer',
  email: 'dana@people.example',
  password: 'another long enough sentence',
};

beforeAll(async () => {
  if (redisMissing() !== null) return;
  home = await mkdtemp(path.join(tmpdir(), 'patchbay-production-'));
  await chmod(home, 0o711); // processes of the installation pass through as users of their own
  surroundings = await productionSurroundings(home);
  front = surroundings.front;
  origin = `https://localhost:${front.port}`;
  const { port, environment } = surroundings;
  installation = await Installation.at(path.join(home, 'data'), { port, environment });
  if ('found' in chromiumHere) browser = await chromium.launch(chromiumHere.found);
});

afterAll(async () => {
  await browser?.close();
  await installation?.stop();
  if (installation) await removeInstallation(installation.dataDirectory);
  await surroundings?.close();
  if (home) await rm(home, { recursive: true, force: true });
});

beforeEach((test) => skipUnless(test, redisMissing() === null, redisMissing() ?? ''));

describe('a production start', () => {
  it('refuses a production start without the isolation layers of a sandbox, and names them', async () => {
    const programs = path.join(home, 'programs');
    await mkdir(programs);
    await writeFile(path.join(programs, 'bwrap'), '#!/bin/sh\necho "bwrap: no permission" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const unfit = await Installation.at(path.join(home, 'unfit'), {
      environment: { ...surroundings.environment, PATH: `${programs}:${process.env.PATH}` },
    });
    await expect(unfit.start()).rejects.toThrow(/cannot isolate connectors as production requires.*\n.*\n {2}- \S/);
    await removeInstallation(unfit.dataDirectory);
    // The first start in a checkout builds the dashboard.
  }, 180_000);

  it('a production start prints one setup link, creates no demo, and keeps its keys in configured files', async () => {
    const ready = await installation.start();
    processes = ready.processes;
    sharedDirectory = ready.sharedDirectory;
    expect(ready).toMatchObject({ origin, mcpUrl: null, apiKey: null, signIn: null });
    const named = Object.keys(ready.processes).filter((name) => name !== 'spawner');
    expect(named.sort()).toEqual(['dashboard', 'gateway', 'keyholder', 'supervisor', 'worker']);
    expect(setupPaths()).toHaveLength(1);
    const log = await readFile(path.join(installation.dataDirectory, 'logs/gateway.log'), 'utf8');
    expect(log).not.toContain('/-/setup/');
    await expect(readFile(path.join(installation.dataDirectory, 'master.key'))).rejects.toThrow(/ENOENT/);
    const people = await installation.patchbay(['whoami'], home);
    expect(people.stderr).toContain('without a demo');
  }, 90_000);

  it('runs each process that serves strangers as its own user, who cannot read the others’ files', async (test) => {
    const missing = await fullLimitsMissing(home);
    skipUnless(test, missing === null, missing ?? '');
    const users = await Promise.all(
      ['gateway', 'worker', 'dashboard', 'supervisor', 'spawner'].map((name) => userOf(processes[name] ?? 0)),
    );
    const [gateway, worker, dashboard, supervisor, spawner] = users;
    expect(new Set(users.map(({ uid }) => uid)).size).toBe(5);
    expect(users.slice(0, 4).every(({ uid, groups }) => uid > 1_000 && groups === '')).toBe(true);
    // The only one with privilege opens no port and reads nothing that strangers write.
    expect(spawner?.uid).toBe(0);
    const may = (right: '-r' | '-w', user: { uid: number; gid: number } | undefined, file: string) =>
      spawnSync('test', [right, file], { uid: user?.uid, gid: user?.gid }).status === 0;
    const mayRead = (user: { uid: number; gid: number } | undefined, file: string) => may('-r', user, file);
    const data = (file: string) => path.join(installation.dataDirectory, file);
    for (const user of [gateway, worker, dashboard, supervisor]) {
      expect(mayRead(user, data('passwords.json'))).toBe(false);
      expect(mayRead(user, surroundings.environment.MASTER_KEY_FILE ?? '')).toBe(false);
    }
    expect([gateway, worker, dashboard].map((user) => mayRead(user, data('spool')))).toEqual([true, false, false]);
    expect([gateway, worker, dashboard].map((user) => mayRead(user, data('artifacts')))).toEqual([true, true, false]);
    const ofSandboxes = ['sandbox', 'sandbox/supervisor', 'packages'].map((name) => path.join(sharedDirectory, name));
    expect(ofSandboxes.map((directory) => may('-w', supervisor, directory))).toEqual([false, true, false]);
    expect([data('spool'), data('artifacts')].map((directory) => mayRead(supervisor, directory))).toEqual([
      false,
      false,
    ]);
    // Each keeps its compiled code for the next start, and trusts that of no other user.
    const compiled = (name: string) => path.join(sharedDirectory, 'compile-cache', name);
    const writers = ['gateway', 'worker', 'dashboard'].map((name) =>
      [gateway, worker, dashboard].map((user) => may('-w', user, compiled(name))),
    );
    expect(writers).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ]);
  });

  it('prints a new setup link on the installation’s terminal alone, and invalidates the previous one', async () => {
    const [first = ''] = setupPaths();
    const elsewhere = await installation.patchbay(['admin', 'setup-link'], home, { PATCHBAY_DATA: home });
    expect([elsewhere.code, elsewhere.stderr]).toEqual([1, expect.stringContaining('No installation runs here')]);
    const asked = await installation.patchbay(['admin', 'setup-link'], home);
    expect([asked.code, asked.stdout]).toEqual([0, expect.not.stringContaining('/-/setup/')]);
    await waitFor(() => setupPaths().length === 2, { what: 'another setup link' });
    expect((await front.ask(first)).status).toBe(404);
    expect((await front.ask(setupPaths()[1] ?? '')).status).toBe(200);
  });

  it('creates no account by sign-up, nor by a setup form that its own page did not create', async () => {
    const link = setupPaths().at(-1) ?? '';
    const { name, email, password } = OWNER;
    const signUp = await post('/api/auth/sign-up/email', JSON.stringify({ name, email, password }), 'application/json');
    expect(signUp.status).toBe(403);
    const form = new URLSearchParams({ ...OWNER, formToken: 'made-up' }).toString();
    expect((await post(link, form, 'application/x-www-form-urlencoded')).status).toBe(403);
    const page = await front.ask(link);
    expect([page.status, page.headers['cache-control']]).toEqual([200, 'no-store']);
  });

  it('a new owner gets a key by clicks and invites a developer, whose deployed tool the key calls', async (test) => {
    skipUnless(test, chromiumMissing === null, chromiumMissing ?? '');
    const setupPath = setupPaths().at(-1) ?? '';
    const owner = await visitor();
    await owner.goto(`${origin}${setupPath}`);
    await owner.getByLabel('Your name').fill(OWNER.name);
    await owner.getByLabel('E-mail address').fill(OWNER.email);
    await owner.getByLabel(/^Password/).fill(OWNER.password);
    await owner.getByLabel('Name of the organization').fill(OWNER.organizationName);
    await owner.getByLabel(/^URL slug/).fill(OWNER.slug);
    await owner.getByRole('button', { name: 'Create' }).click();
    await owner.waitForURL(`${origin}/dashboard/sign-in`, { waitUntil: 'networkidle' });
    await owner.getByText('Accounts are created by invitation').waitFor();
    expect(await owner.getByRole('link', { name: 'Create one' }).count()).toBe(0);
    await owner.getByLabel('Email').fill(OWNER.email);
    await owner.getByLabel('Password', { exact: true }).fill(OWNER.password);
    expect((await front.ask(setupPath)).status).toBe(404);
    await owner.getByRole('button', { name: 'Sign in' }).click();

    await owner.getByRole('link', { name: 'Settings' }).click();
    await owner.getByRole('link', { name: 'API keys' }).click();
    await owner.getByRole('link', { name: 'New API key' }).click();
    const callKey = await createKey(owner, 'Claude Code of Olga');
    await owner.getByRole('link', { name: 'Invitations' }).click();
    await owner.getByRole('button', { name: 'Invite a person' }).click();
    await owner.getByLabel('Email of the person').fill(DEVELOPER.email);
    await owner.getByRole('button', { name: 'Create the link' }).click();
    const invitation = (await owner.getByText(/\/-\/invitations\//).textContent()) ?? '';
    await owner.getByRole('button', { name: 'Done' }).click();

    const developer = await visitor();
    await developer.goto(invitation);
    await developer.getByLabel('Your name').fill(DEVELOPER.name);
    await developer.getByLabel(/^Password/).fill(DEVELOPER.password);
    await developer.getByRole('button', { name: 'Join' }).click();
    await developer.waitForURL(`${origin}/dashboard/acme`);
    await developer.getByRole('link', { name: 'Create an API key' }).click();
    const adminKey = await createKey(developer, 'Terminal of Dana');
    await owner.getByRole('link', { name: 'Members' }).click();
    const member = owner.getByRole('listitem').filter({ hasText: DEVELOPER.name });
    await member.getByText('Developer', { exact: true }).waitFor();

    const url = await deployGreeter(adminKey);
    expect(url).toBe(`${origin}/acme/greeter/mcp`);
    expect(await callGreet(callKey)).toMatchObject({ content: [{ type: 'text', text: 'Hello, Ada!' }] });
    await owner.goto(`${origin}/dashboard/acme/connectors/greeter`);
    await owner.getByText('Live · version 1').waitFor();
    expect(complaints).toEqual([]);
  }, 120_000);

  it('connects a client through the owner’s browser, with cookies that no other host and no plain http can set', async (test) => {
    skipUnless(test, chromiumMissing === null, chromiumMissing ?? '');
    const callbacks = await startCallbackListener();
    try {
      const redirectUri = `http://localhost:${callbacks.port}/production`;
      const metadata = JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' });
      const registered = JSON.parse((await post('/register', metadata, 'application/json')).body) as {
        client_id: string;
      };
      const resource = `${origin}/acme/greeter/mcp`;
      const client = new OAuthClient(origin, { id: registered.client_id, redirectUri, resource });
      const owner = await visitor();
      await owner.goto(client.authorizeUrl());
      await owner.getByLabel('Email').fill(OWNER.email);
      await owner.getByLabel('Password', { exact: true }).fill(OWNER.password);
      await owner.getByRole('button', { name: 'Sign in' }).click();
      const arrived = callbacks.next('/production');
      await owner.getByRole('button', { name: 'Allow' }).waitFor();
      const paths = (await owner.context().cookies(`${owner.url()}`)).map(({ name, path: at, secure }) => [
        name,
        at,
        secure,
      ]);
      const [, interaction = ''] = /(\/-\/oauth\/[\w-]+)$/.exec(owner.url()) ?? [];
      expect(paths).toEqual(
        expect.arrayContaining([
          ['__Host-patchbay_oauth_session', '/', true],
          ['__Secure-patchbay_oauth_interaction', interaction, true],
        ]),
      );
      const resume = await owner.context().cookies(`${origin}${interaction.replace('/-/oauth', '/authorize')}`);
      expect(resume.map(({ name }) => name)).toContain('__Secure-patchbay_oauth_resume');
      for (const { name, secure, httpOnly, sameSite } of await owner.context().cookies(origin)) {
        expect([name, secure, httpOnly, sameSite]).toEqual([expect.stringMatching(/^__Host-/), true, true, 'Lax']);
      }
      await owner.getByRole('button', { name: 'Allow' }).click();
      const form = new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: client.id,
        code: (await arrived).get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: client.verifier,
      });
      const answer = await front.ask('/token', {
        method: 'POST',
        body: form.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      const { access_token } = JSON.parse(answer.body) as { access_token: string };
      expect(await callGreet(access_token)).toMatchObject({ content: [{ type: 'text', text: 'Hello, Ada!' }] });
      expect(complaints).toEqual([]);
    } finally {
      await callbacks.close();
    }
  }, 60_000);

  it('signs the owner in with a cookie that no other host and no plain http can set or see', async (test) => {
    skipUnless(test, chromiumMissing === null, chromiumMissing ?? '');
    const { email, password } = OWNER;
    const answer = await post('/api/auth/sign-in/email', JSON.stringify({ email, password }), 'application/json');
    expect(answer.status).toBe(200);
    const cookies = answer.headers['set-cookie'] ?? [];
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Host-patchbay_/);
      expect(cookie).toMatch(/; Path=\/(;|$)/);
      expect(cookie).toMatch(/; Secure(;|$)/);
      expect(cookie).not.toMatch(/; Domain=/i);
    }
    const cookie = cookies.map((text) => text.split(';', 1)[0]).join('; ');
    const me = await front.ask('/api/v1/me', { headers: { cookie } });
    expect(JSON.parse(me.body)).toMatchObject({ organizations: [{ slug: 'acme', roles: ['owner'] }] });
    expect(me.headers['strict-transport-security']).toMatch(/max-age=\d{7,}/);
    expect((await front.ask('/dashboard/sign-in')).status).toBe(200);
  });

  it('prints no setup link any more once a person exists', async (test) => {
    skipUnless(test, chromiumMissing === null, chromiumMissing ?? '');
    await installation.stop();
    installation.output = '';
    await installation.start();
    expect(setupPaths()).toEqual([]);
  }, 90_000);
});

/** A browser profile of its own. It accepts the certificate of the front, which no authority signed. */
async function visitor(): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
  return page;
}

/** Names the key of the open form, and returns what the page shows once. */
async function createKey(page: Page, name: string): Promise<string> {
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create key' }).click();
  const key = await page.getByText(/^pbk_/).textContent();
  await page.getByRole('button', { name: 'I have copied it' }).click();
  return key ?? '';
}

/** Publishes the project that `patchbay init` makes, from a directory outside of the checkout; returns its URL. */
async function deployGreeter(adminKey: string): Promise<string> {
  const certificate = path.join(home, 'front.pem');
  await writeFile(certificate, LOCALHOST_CERTIFICATE.cert);
  const terminal = path.join(home, 'terminal');
  await mkdir(terminal);
  const environment = { NODE_EXTRA_CA_CERTS: certificate, HOME: terminal, XDG_CONFIG_HOME: terminal };
  const patchbay = async (args: readonly string[], cwd: string, input = '') => {
    const { code, stdout, stderr } = await runCli(args, { cwd, environment, input });
    expect(code, stdout + stderr).toBe(0);
    return stdout;
  };
  await patchbay(['init', 'greeter'], terminal);
  await patchbay(['login', '--origin', origin], terminal, adminKey);
  const printed = await patchbay(['deploy', '--json'], path.join(terminal, 'greeter'));
  return /https:\S+\/mcp/.exec(printed)?.[0] ?? printed;
}

/** Calls the tool of the project at its hosted URL, as an MCP client does. */
async function callGreet(key: string): Promise<unknown> {
  const call = { name: 'greet', arguments: { name: 'Ada' } };
  const answer = await front.ask('/acme/greeter/mcp', {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }),
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
  });
  return (JSON.parse(answer.body) as { result: unknown }).result;
}

async function userOf(pid: number): Promise<{ uid: number; gid: number; groups: string }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, uid = '', gid = '', groups = ''] = /^Uid:\t(\d+).*^Gid:\t(\d+).*^Groups:\t([^\n]*)$/ms.exec(status) ?? [];
  return { uid: Number(uid), gid: Number(gid), groups: groups.trim() };
}

function setupPaths(): string[] {
  return [...installation.output.matchAll(/\/-\/setup\/[\w-]+/g)].map(([found]) => found);
}

function post(where: string, body: string, type: string) {
  return front.ask(where, { method: 'POST', body, headers: { origin, 'content-type': type } });
}
