import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { identifyProcess, removeInstallation, withDatabase } from '@patchbay/embedded';
import { type ErrorCode, errorPagePath } from '@patchbay/foundation';
import { type TestPostgresServer, testPostgresServer, waitFor } from '@patchbay/testing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { StandIn } from './stand-in.ts';

const NOBODY = { name: 'nobody', uid: 65_534, gid: 65_534 };
const NAMES = ['dashboard', 'gateway', 'keyholder', 'postgres', 'redis', 'supervisor', 'worker'];
const isRoot = process.getuid?.() === 0;
const pageOf = (code: ErrorCode) => `docs/errors/${errorPagePath(code)}.md`;
const runs = (pid: number) => identifyProcess(pid) !== null;

let server: Promise<TestPostgresServer> | undefined;
afterAll(async () => (await server)?.stop());

/** For tests whose subject is another process: making the files of a database takes longer than all the rest of a start. */
async function externalDatabase(): Promise<string> {
  server ??= testPostgresServer();
  return withDatabase((await server).adminUrl, 'patchbay');
}

let standIn: StandIn;
afterEach(async () => {
  await standIn.end('SIGTERM');
  await removeInstallation(standIn.data);
});

describe('npm start refuses', () => {
  it('npm start refuses a second start on the same data, and leaves the first alone', async () => {
    standIn = await StandIn.create();
    const ready = await standIn.start();
    const first = standIn.launcher;
    const { mode } = await stat(standIn.data);
    await expect(standIn.start()).rejects.toThrow(/already runs on this data directory \(process \d+\)/);
    expect(standIn.output).toContain(pageOf('start.already_running'));
    standIn.launcher = first;
    // As root the processes that run reach their directories through this one.
    expect((await stat(standIn.data)).mode).toBe(mode);
    expect((await standIn.ready()).processes).toEqual(ready.processes);
    for (const pid of Object.values(ready.processes)) expect(runs(pid)).toBe(true);
  });

  it('npm start refuses a port that is taken, naming the variable to change', async () => {
    standIn = await StandIn.create();
    const other = createServer().listen(standIn.port);
    await once(other, 'listening');
    await expect(standIn.start()).rejects.toThrow(`Port ${standIn.port} is taken. Set PATCHBAY_PORT to another one.`);
    expect(standIn.output).toContain(pageOf('start.port_in_use'));
    other.close();
  });

  it('npm start fails when a process does not start, with the end of its log, and stops the others', async () => {
    standIn = await StandIn.create({ databaseUrl: await externalDatabase() });
    await standIn.breakApp('worker');
    await expect(standIn.start()).rejects.toThrow(/worker ended at start \(exit code 3\)\.\nthe reason is here/);
    expect(standIn.output).toContain(pageOf('start.process_failed'));
    const recorded = await readFile(path.join(standIn.data, 'run/processes.json'), 'utf8');
    for (const { pid } of JSON.parse(recorded) as { pid: number }[]) expect(runs(pid)).toBe(false);
    await expect(stat(path.join(standIn.data, 'ready.json'))).rejects.toThrow(/ENOENT/);
  });

  it('npm start fails when the dashboard cannot be built, with the output, and stops the others', async () => {
    standIn = await StandIn.create({ databaseUrl: await externalDatabase() });
    // Once another process runs, so that there is one to stop.
    await standIn.buildBy(`
      const { existsSync } = require('node:fs');
      const wait = setInterval(() => {
        if (!existsSync('data/run/processes.json')) return;
        clearInterval(wait);
        console.error('the build gives the reason');
        process.exitCode = 1;
      }, 20);
    `);
    await expect(standIn.start()).rejects.toThrow(/The dashboard could not be built\.\nthe build gives the reason/);
    const recorded = await readFile(path.join(standIn.data, 'run/processes.json'), 'utf8');
    for (const { pid } of JSON.parse(recorded) as { pid: number }[]) expect(runs(pid)).toBe(false);
  });

  it('npm start in production refuses all that suits one machine only, before anything is made', async () => {
    standIn = await StandIn.create();
    const started = standIn.start({
      PATCHBAY_MODE: 'production',
      PATCHBAY_ORIGIN: 'http://localhost:4000',
      DATABASE_URL: 'postgresql://postgres:postgres@db.example/patchbay',
      MASTER_KEY_FILE: path.join(standIn.data, 'master.key'),
    });
    const output = await started.then(String, String);
    for (const problem of [
      'PATCHBAY_ORIGIN: production serves people and tokens, so it must be https',
      'DATABASE_URL: has no password or a well-known one',
      'REDIS_URL: production needs a service that you run and back up',
      'MASTER_KEY_FILE: must be outside of PATCHBAY_DATA',
      'AUTH_SECRET_FILE: production keeps its keys in files of their own',
    ]) {
      expect(output).toContain(problem);
    }
    await expect(stat(standIn.data)).rejects.toThrow(/ENOENT/);
    const unnamed = await standIn.start({ PATCHBAY_MODE: 'production' }).then(String, String);
    expect(unnamed).toContain('PATCHBAY_ORIGIN: is not set');
  });
});

describe('npm start', () => {
  it('npm start gives each process its own variables, and no other user can read ready.json', async () => {
    standIn = await StandIn.create();
    const ready = await standIn.start({ AWS_SECRET_ACCESS_KEY: 'of the person who starts' });
    expect(Object.keys(ready.processes).sort()).toEqual(NAMES);
    expect((await stat(path.join(standIn.data, 'ready.json'))).mode & 0o777).toBe(0o600);
    expect((await standIn.environmentOf('gateway')).DATABASE_URL).toContain('patchbay_app');
    expect(await standIn.environmentOf('gateway')).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
    for (const name of ['supervisor', 'dashboard']) {
      expect(JSON.stringify(await standIn.environmentOf(name)), name).not.toMatch(/postgresql:|redis\+unix|password=/);
    }
    expect(standIn.output).not.toMatch(/Sign in|pbk_/);
  });

  it.each(['worker', 'redis', 'postgres'])(
    'npm start starts a killed %s again and reports it',
    async (name) => {
      standIn = await StandIn.create(name === 'postgres' ? {} : { databaseUrl: await externalDatabase() });
      const before = (await standIn.start()).processes[name] ?? 0;
      process.kill(before, 'SIGKILL');
      const after = await waitFor(
        async () => {
          const pid = (await standIn.ready()).processes[name];
          return pid !== before && pid;
        },
        // Files of a database are recovered first, which takes its time on a busy machine.
        { deadlineMs: 20_000, what: `a new ${name}` },
      );
      expect(runs(after)).toBe(true);
      expect(standIn.output).toContain(`${name} ended (signal SIGKILL); starting it again`);
    },
    60_000,
  );

  it('npm start leaves nothing behind when its launcher is killed, and starts again', async () => {
    standIn = await StandIn.create();
    const left = (await standIn.start()).processes;
    await standIn.end('SIGKILL');
    const { data } = standIn;
    await waitFor(async () => Object.values(left).every((pid) => !runs(pid)), { what: 'the end of every process' });
    await waitFor(async () => !(await readdir(data)).includes('ready.json'), { what: 'the end of ready.json' });
    const next = (await standIn.start()).processes;
    expect(Object.keys(next).sort()).toEqual(NAMES);
    for (const [name, pid] of Object.entries(left)) {
      expect(next[name], name).not.toBe(pid);
      expect(runs(pid), name).toBe(false);
    }
  });

  it('npm start ends the build of the dashboard when it is stopped meanwhile, and names the slow step', async () => {
    standIn = await StandIn.create({ databaseUrl: await externalDatabase() });
    await standIn.buildBy(`
      require('node:fs').writeFileSync('build.pid', String(process.pid));
      console.log('    0.0 s  Building without end');
      setInterval(() => {}, 1_000);
    `);
    const started = standIn.start().then(
      () => 'ready',
      () => 'ended',
    );
    await waitFor(() => standIn.output.includes('Building without end'), { what: 'the build' });
    const pid = Number(await readFile(path.join(standIn.root, 'build.pid'), 'utf8'));
    await standIn.end('SIGINT');
    expect(await started).toBe('ended');
    expect(runs(pid)).toBe(false);
  });

  it('npm start is ready while the documentation is still being built, and ends that build when stopped', async () => {
    standIn = await StandIn.create({ databaseUrl: await externalDatabase() });
    await standIn.buildBy(`
      if (process.argv[2] === 'docs') {
        require('node:fs').writeFileSync('docs.pid', String(process.pid));
        console.log('    0.0 s  Building without end');
        setInterval(() => {}, 1_000);
      }
    `);
    await standIn.start();
    await waitFor(() => standIn.output.includes('Building without end'), { what: 'the build' });
    const pid = Number(await readFile(path.join(standIn.root, 'docs.pid'), 'utf8'));
    await standIn.end('SIGINT');
    await waitFor(() => !runs(pid), { what: 'the end of the build' });
    expect(standIn.output).not.toContain('edge.docs_failed');
  });

  it('npm start reports a failed build of the documentation to log and gateway, until a later one', async () => {
    standIn = await StandIn.create({ databaseUrl: await externalDatabase() });
    await standIn.buildBy(`
      if (process.argv[2] === 'docs') {
        console.error('the build gives the reason');
        process.exit(1);
      }
    `);
    await standIn.start();
    await waitFor(() => standIn.output.includes('the build gives the reason'), { what: 'the failed build' });
    expect(standIn.output).toContain('edge.docs_failed');
    const { DOCS_DIR = '' } = await standIn.environmentOf('gateway');
    const report = path.join(DOCS_DIR, 'failed');
    await waitFor(() => existsSync(report), { what: 'the report' });
    await standIn.end('SIGINT');

    await standIn.buildBy('');
    await standIn.start();
    await waitFor(() => !existsSync(report), { what: 'the end of the report' });
  });

  it('npm start stops when the npm that ran it is ended, without a message', async () => {
    standIn = await StandIn.create();
    const { processes } = await standIn.start({}, 'npm');
    await standIn.end('SIGTERM');
    await waitFor(async () => Object.values(processes).every((pid) => !runs(pid)), {
      deadlineMs: 30_000,
      what: 'the end of every process',
    });
    // The last file that the launcher removes: until then it writes which files the database left.
    const run = path.join(standIn.data, 'run');
    await waitFor(async () => !(await readdir(run)).includes('starter.json'), { what: 'the end of the launcher' });
    expect(await readdir(standIn.data)).not.toContain('ready.json');
  });

  it('npm start leaves no process and no ready.json behind when it is stopped', async () => {
    standIn = await StandIn.create();
    const { processes } = await standIn.start();
    await standIn.end('SIGINT');
    expect(standIn.launcher?.exitCode).toBe(0);
    for (const [name, pid] of Object.entries(processes)) expect(runs(pid), name).toBe(false);
    expect(await readdir(standIn.data)).not.toContain('ready.json');
    expect(await readdir(path.join(standIn.data, 'run'))).not.toContain('starter.json');
  });

  it('npm start runs as a user without rights, with everything below the data directory', async () => {
    const user = isRoot ? NOBODY.uid : process.getuid?.();
    standIn = await StandIn.create(isRoot ? { user: NOBODY.uid } : {});
    const { processes, sharedDirectory } = await standIn.start();
    expect(Object.keys(processes).sort()).toEqual(NAMES);
    for (const pid of Object.values(processes)) expect((await stat(`/proc/${pid}`)).uid).toBe(user);
    // Below the data unless its path is too long for the sockets in it.
    expect(sharedDirectory).toMatch(/\/data\/shared$|^\/var\/tmp\/patchbay-[0-9a-f]{12}$/);
  });
});
