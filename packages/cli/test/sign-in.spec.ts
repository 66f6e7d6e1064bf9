import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { text as readText } from 'node:stream/consumers';
import {
  type ConsentingPerson,
  consentingPerson,
  echoVersion,
  temporaryDirectory,
  withPlatform,
} from '@patchbay/testing';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { signInWithBrowser } from '../src/sign-in/browser-sign-in.ts';
import { runCli, startCli } from './run-cli.ts';

/** Signing in as a person does, against a real platform: the browser is one without a window. */
const here = withPlatform({ shared: true }, async (platform) => {
  const organization = await platform.given.organization('sign-in-cli');
  await platform.given.live(organization, 'echo', echoVersion('one'));
  const person = await consentingPerson(platform, platform.origin, {
    organizationId: organization.id,
    email: 'mia@sign-in-cli.example',
  });
  return { organization, person };
});

const cwd = await temporaryDirectory('cli-sign-in');
const FILE = path.join(cwd, '.config/patchbay/login.json');
/** A browser that does nothing: the test reads the address that is printed. */
const BROWSER = { BROWSER: 'true' };
const run = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  runCli(args, { cwd, environment });

/** Starts a command that signs in, and waits for the address that it prints. */
async function begin(
  args: readonly string[],
): Promise<{ child: ChildProcessWithoutNullStreams; url: URL; ended: Promise<Ended> }> {
  const child = startCli(args, { cwd, environment: BROWSER });
  child.stdin.end();
  let printed = '';
  const url = new Promise<URL>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      printed += String(chunk);
      const found = /^ {2}(http\S+)$/m.exec(printed)?.[1];
      if (found !== undefined) resolve(new URL(found));
    });
    child.once('close', () => reject(new Error(`ended before: ${printed}`)));
  });
  const ended = Promise.all([readText(child.stdout), once(child, 'close')]).then(([stdout, [code]]) => ({
    code: Number(code),
    stdout,
    stderr: printed,
  }));
  return { child, url: await url, ended };
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const stored = async () => JSON.parse(await readFile(FILE, 'utf8'));
const login = () => ['login', '--origin', here.platform.origin];

async function signIn(person: ConsentingPerson = here.person): Promise<Ended> {
  const { url, ended } = await begin(login());
  const page = await fetch(await person.allow(url));
  expect(await page.text()).toContain('You can close this window');
  return ended;
}

describe('signing in from the command line', () => {
  it('a browser that answers with another state, another name or a refusal signs no person in', async () => {
    const { child, url, ended } = await begin([...login(), '--json']);
    const redirect = new URL(url.searchParams.get('redirect_uri') ?? '');
    expect(redirect.hostname).toBe('127.0.0.1');
    for (const state of ['', '?state=guess&code=stolen', '?state=guess&error=access_denied']) {
      expect((await fetch(`${redirect.href}${state}`)).status).toBe(404);
    }
    expect(child.exitCode).toBeNull();
    const state = url.searchParams.get('state') ?? '';
    const mixed = new URLSearchParams({ state, code: 'x', iss: 'https://evil.example' });
    await fetch(`${redirect.href}?${mixed}`);
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('cli.sign_in_failed')]);
    const denied = await begin([...login(), '--json']);
    const refusal = new URLSearchParams({
      state: denied.url.searchParams.get('state') ?? '',
      error: 'access_denied',
      iss: here.platform.origin,
    });
    await fetch(`${denied.url.searchParams.get('redirect_uri')}?${refusal}`);
    expect((await denied.ended).stderr).toContain('cli.sign_in_refused');
  });

  it('a wait for the browser ends by itself', async () => {
    const { origin } = here.platform;
    const context = { config: readConfig({}), output: { notice: () => {} }, signal: new AbortController().signal };
    const waiting = signInWithBrowser(context, { origin, resource: `${origin}/api/v1`, port: 0, timeoutMs: 50 });
    await expect(waiting).rejects.toMatchObject({ code: 'cli.sign_in_timed_out' });
  });

  it('Ctrl-C ends the wait for the browser, and a port that is taken is named', async () => {
    const { child, ended } = await begin(login());
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const refused = await run([...login(), '--port', String(port), '--json'], BROWSER);
    taken.close();
    expect(JSON.parse(refused.stderr).error.code).toBe('cli.port_in_use');
  });

  it('keeps the tokens for their owner alone, shows who, until when and for what, and refreshes once for two processes', async () => {
    const { code, stdout, stderr } = await signIn();
    expect([code, stdout]).toEqual([0, expect.stringContaining('as mia@sign-in-cli.example')]);
    expect((await stat(FILE)).mode & 0o777).toBe(0o600);
    const before = await stored();
    expect(stdout + stderr).not.toContain(before.signIn.accessToken);
    const shown = await run(['whoami']);
    expect(shown.stdout).toMatch(/Signed in +until \d{4}-\d\d-\d\d .* through Patchbay command line/);
    expect(shown.stdout).toContain('Scopes        organization:read');
    // The access token is due; both processes find that at the same time.
    await writeFile(
      FILE,
      JSON.stringify({ ...before, signIn: { ...before.signIn, expiresAt: new Date(0).toISOString() } }),
    );
    const both = await Promise.all([run(['whoami', '--json']), run(['whoami', '--json'])]);
    expect(both.map((one) => [one.code, one.stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const after = await stored();
    expect(after.signIn.refreshToken).not.toBe(before.signIn.refreshToken);
    expect(Date.parse(after.signIn.expiresAt)).toBeGreaterThan(Date.now());
  });

  it('logout ends the sign-in at the installation, and the error of a later command names what to do', async () => {
    await signIn();
    const before = await stored();
    expect((await run(['logout'])).stdout).toBe(`Signed out of ${here.platform.origin}.\n`);
    const me = await fetch(`${here.platform.origin}/api/v1/me`, {
      headers: { authorization: `Bearer ${before.signIn.accessToken}` },
    });
    expect(await me.json()).toMatchObject({ code: 'auth.sign_in_ended' });
    await writeFile(
      FILE,
      JSON.stringify({ ...before, signIn: { ...before.signIn, expiresAt: new Date(0).toISOString() } }),
    );
    await run(['init', 'late']);
    const late = await run(['deploy', 'late', '--json']);
    expect(JSON.parse(late.stderr).error).toMatchObject({
      code: 'cli.sign_in_ended',
      whatToDo: expect.stringContaining('patchbay login'),
    });
  });

  it('prints a token for a connector, and nothing else on standard output', async () => {
    const resource = `${here.platform.origin}/sign-in-cli/echo/mcp`;
    const plain = await begin(['token', resource]);
    await fetch(await here.person.allow(plain.url));
    const { code, stdout } = await plain.ended;
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/)]);
    const claims = JSON.parse(Buffer.from(stdout.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ aud: resource, client_id: 'patchbay-cli' });
    const json = await begin(['token', resource, '--json', '--scope', 'tools:read']);
    await fetch(await here.person.allow(json.url));
    expect(JSON.parse((await json.ended).stdout)).toMatchObject({
      resource,
      scopes: ['tools:read'],
      expiresAt: expect.stringMatching(/Z$/),
    });
    expect((await run(['token', 'http://evil.example/a/b/mcp'])).code).toBe(2);
  });

  it('shows a code where there is no browser, and a code that is not answered signs no person in', async () => {
    const child = startCli([...login(), '--no-browser'], { cwd, environment: BROWSER });
    child.stdin.end();
    child.stdout.resume();
    let printed = '';
    const code = new Promise<string>((resolve) => {
      child.stderr.on('data', (chunk) => {
        printed += String(chunk);
        const found = /^ {2}([A-Z]{4}-[A-Z]{4})$/m.exec(printed)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    expect(await code).toMatch(/^[B-Z]{4}-[B-Z]{4}$/);
    expect(printed).toContain(`${here.platform.origin}/-/device`);
    expect(printed).not.toContain('user_code');
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).toBe(130);
  });
});
