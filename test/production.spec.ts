import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  findPostgresBinaries,
  findServiceAccount,
  type RunningService,
  removeInstallation,
  startPostgres,
} from '@patchbay/embedded';
import { Secret } from '@patchbay/foundation';
import {
  freePort,
  redisMissing,
  skipUnless,
  type TestRedis,
  temporaryDirectory,
  testRedis,
  waitFor,
} from '@patchbay/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Installation } from './installation.ts';
import { LOCALHOST_CERTIFICATE, startTlsFront, type TlsFront } from './tls-front.ts';

/** Production as its operator starts it: behind TLS, on a PostgreSQL and a Redis that are somebody else's. */
let home: string;
let postgres: RunningService;
let redis: TestRedis;
let front: TlsFront;
let installation: Installation;
let environment: NodeJS.ProcessEnv;
let processes: Readonly<Record<string, number>> = {};

const OWNER = {
  name: 'Olga Owner',
  email: 'olga@people.example',
  password: 'a long enough sentence',
  organizationName: 'Acme',
  slug: 'acme',
};

beforeAll(async () => {
  if (redisMissing() !== null) return;
  home = await mkdtemp(path.join(tmpdir(), 'patchbay-production-'));
  await chmod(home, 0o711); // processes of the installation pass through as users of their own
  const port = await freePort();
  const [database, cache, tls] = await Promise.all([
    externalPostgres(),
    testRedis(),
    startTlsFront(LOCALHOST_CERTIFICATE, port),
  ]);
  [postgres, redis, front] = [database.service, cache, tls];
  environment = {
    PATCHBAY_MODE: 'production',
    PATCHBAY_ORIGIN: `https://localhost:${front.port}`,
    PATCHBAY_TRUSTED_PROXIES: '127.0.0.1',
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    MASTER_KEY_FILE: await keyFile('master.key'),
    AUTH_SECRET_FILE: await keyFile('auth.secret'),
    // What the machine of a test can limit is not what this is about.
    PATCHBAY_REQUIRE_FULL_LIMITS: 'false',
  };
  installation = await Installation.at(path.join(home, 'data'), { port, environment });
}, 60_000);

afterAll(async () => {
  await installation?.stop();
  if (installation) await removeInstallation(installation.dataDirectory);
  await Promise.all([front?.close(), redis?.stop(), postgres?.stop()]);
  if (home) await rm(home, { recursive: true, force: true });
}, 60_000);

beforeEach((test) => skipUnless(test, redisMissing() === null, redisMissing() ?? ''));

describe('a production start', () => {
  it('is refused where the walls of a sandbox do not stand, naming them', async () => {
    const programs = path.join(home, 'programs');
    await mkdir(programs);
    await writeFile(path.join(programs, 'bwrap'), '#!/bin/sh\necho "bwrap: no permission" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const unfit = await Installation.at(path.join(home, 'unfit'), {
      environment: { ...environment, PATH: `${programs}:${process.env.PATH}` },
    });
    await expect(unfit.start()).rejects.toThrow(/cannot isolate connectors as production requires.*\n.*\n {2}- \S/);
    await removeInstallation(unfit.dataDirectory);
    // The first start in a checkout builds the dashboard.
  }, 180_000);

  it('prints one setup link, makes no demo, and keeps its keys where it was told', async () => {
    const ready = await installation.start();
    processes = ready.processes;
    expect(ready).toMatchObject({ origin: environment.PATCHBAY_ORIGIN, mcpUrl: null, apiKey: null, signIn: null });
    expect(Object.keys(ready.processes).sort()).toEqual(['dashboard', 'gateway', 'supervisor', 'worker']);
    expect(setupPaths()).toHaveLength(1);
    const log = await readFile(path.join(installation.dataDirectory, 'logs/gateway.log'), 'utf8');
    expect(log).not.toContain('/-/setup/');
    await expect(readFile(path.join(installation.dataDirectory, 'master.key'))).rejects.toThrow(/ENOENT/);
    const people = await installation.patchbay(['whoami'], home);
    expect(people.stderr).toContain('without a demo');
  }, 90_000);

  it('runs each process that serves strangers as a user of its own, who cannot read what the others keep', async (test) => {
    skipUnless(test, process.getuid?.() === 0, 'only root can start processes as other users');
    const users = await Promise.all(
      ['gateway', 'worker', 'dashboard', 'supervisor'].map((name) => userOf(processes[name] ?? 0)),
    );
    expect(new Set(users.map(({ uid }) => uid)).size).toBe(4);
    expect(users.slice(0, 3).every(({ uid, groups }) => uid > 1_000 && groups === '')).toBe(true);
    const [gateway, worker, dashboard] = users;
    const mayRead = (user: { uid: number; gid: number } | undefined, file: string) =>
      spawnSync('test', ['-r', file], { uid: user?.uid, gid: user?.gid }).status === 0;
    const data = (file: string) => path.join(installation.dataDirectory, file);
    for (const user of [gateway, worker, dashboard]) {
      expect(mayRead(user, data('passwords.json'))).toBe(false);
      expect(mayRead(user, environment.MASTER_KEY_FILE ?? '')).toBe(false);
    }
    expect([gateway, worker, dashboard].map((user) => mayRead(user, data('spool')))).toEqual([true, false, false]);
    expect([gateway, worker, dashboard].map((user) => mayRead(user, data('artifacts')))).toEqual([true, true, false]);
  });

  it('shows another link to whoever runs it, on its terminal alone, and ends the one before', async () => {
    const [first = ''] = setupPaths();
    const elsewhere = await installation.patchbay(['admin', 'setup-link'], home, { PATCHBAY_DATA: home });
    expect([elsewhere.code, elsewhere.stderr]).toEqual([1, expect.stringContaining('No installation runs here')]);
    const asked = await installation.patchbay(['admin', 'setup-link'], home);
    expect([asked.code, asked.stdout]).toEqual([0, expect.not.stringContaining('/-/setup/')]);
    await waitFor(() => setupPaths().length === 2, { what: 'another setup link' });
    expect((await front.ask(first)).status).toBe(404);
    expect((await front.ask(setupPaths()[1] ?? '')).status).toBe(200);
  }, 30_000);

  it('lets nobody in by sign-up, and the holder of the link once', async () => {
    const link = setupPaths().at(-1) ?? '';
    const { name, email, password } = OWNER;
    const signUp = await post('/api/auth/sign-up/email', JSON.stringify({ name, email, password }), 'application/json');
    expect(signUp.status).toBe(403);

    const page = await front.ask(link);
    expect([page.status, page.headers['cache-control']]).toEqual([200, 'no-store']);
    const formToken = /name="formToken" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const form = new URLSearchParams({ ...OWNER, formToken }).toString();
    const created = await post(link, form, 'application/x-www-form-urlencoded');
    expect([created.status, created.headers.location]).toEqual([
      303,
      `${environment.PATCHBAY_ORIGIN}/dashboard/sign-in`,
    ]);
    const again = await post(link, form, 'application/x-www-form-urlencoded');
    expect(again.status).toBe(404);
  }, 30_000);

  it('signs the owner in with a cookie that no other host and no plain http can set or see', async () => {
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
  }, 30_000);

  it('prints no link any more once a person exists', async () => {
    await installation.stop();
    installation.output = '';
    await installation.start();
    expect(setupPaths()).toEqual([]);
  }, 90_000);
});

async function userOf(pid: number): Promise<{ uid: number; gid: number; groups: string }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, uid = '', gid = '', groups = ''] = /^Uid:\t(\d+).*^Gid:\t(\d+).*^Groups:\t([^\n]*)$/ms.exec(status) ?? [];
  return { uid: Number(uid), gid: Number(gid), groups: groups.trim() };
}

function setupPaths(): string[] {
  return [...installation.output.matchAll(/\/-\/setup\/[\w-]+/g)].map(([found]) => found);
}

function post(where: string, body: string, type: string) {
  const origin = environment.PATCHBAY_ORIGIN;
  return front.ask(where, { method: 'POST', body, headers: { origin, 'content-type': type } });
}

async function keyFile(name: string): Promise<string> {
  const file = path.join(home, name);
  await writeFile(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  return file;
}

/** A server of its own, since a start sets the passwords of the roles on it. */
async function externalPostgres(): Promise<{ service: RunningService; url: string }> {
  const directory = await temporaryDirectory('external');
  const account = findServiceAccount(['postgres']);
  const password = randomBytes(24).toString('base64url');
  const loopbackPort = await freePort();
  await chmod(directory, 0o755); // the server's account passes through
  await mkdir(path.join(directory, 'socket'));
  const service = await startPostgres({
    binaries: await findPostgresBinaries({ account, copyDirectory: path.join(directory, 'binaries') }),
    directory: path.join(directory, 'files'),
    socketDirectory: path.join(directory, 'socket'),
    account,
    superuserPassword: new Secret(password),
    logFile: path.join(directory, 'postgres.log'),
    loopbackPort,
  });
  return { service, url: `postgresql://postgres:${password}@127.0.0.1:${loopbackPort}/patchbay_production` };
}
