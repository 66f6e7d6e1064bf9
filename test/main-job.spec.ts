import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findDebianProgram, removeInstallation } from '@patchbay/embedded';
import { programsOfTests } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectLegacy, connectModern, firstText } from './clients.ts';
import { Installation, isRunning, type ReadyFile } from './installation.ts';

/** The main job as its user does it: start, init, deploy, call, deploy again under load, roll back, kill parts. */
const run = promisify(execFile);
let home: string;
let installation: Installation;
let ready: ReadyFile;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'patchbay-main-'));
  installation = await Installation.at(path.join(home, 'data'));
  ready = await installation.start();
}, 240_000);

afterAll(async () => {
  await installation?.stop();
  if (installation) await removeInstallation(installation.dataDirectory);
  await rm(home, { recursive: true, force: true });
});

const urlOf = (slug: string) => `${ready.origin}/${ready.organization}/${slug}/mcp`;

async function callGreet(url: string): Promise<string> {
  const client = await connectModern(url, ready.mcpApiKey);
  try {
    return firstText(await client.callTool({ name: 'greet', arguments: { name: 'Ada' } }));
  } finally {
    await client.close();
  }
}

/** Asks until it is answered, and returns how long that took in milliseconds. */
async function answeredAgain(action: () => Promise<unknown>, deadlineMs: number): Promise<number> {
  const started = performance.now();
  for (;;) {
    try {
      await action();
      return performance.now() - started;
    } catch (error) {
      if (performance.now() - started > deadlineMs) throw error;
      await delay(50);
    }
  }
}

describe('npm start', () => {
  it('npm start writes ready.json for its owner alone, with every process', async () => {
    const file = path.join(installation.dataDirectory, 'ready.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(Object.keys(ready.processes).sort()).toEqual(
      ['dashboard', 'gateway', 'keyholder', 'postgres', 'redis', 'supervisor', 'worker'].sort(),
    );
    for (const pid of Object.values(ready.processes)) expect(await isRunning(pid)).toBe(true);
  });

  it('npm start prints a line that calls a tool through the hosted URL, and the line works as pasted', async () => {
    const line = installation.output.split('\n').find((text) => text.trim().startsWith('curl '));
    expect(line).toBeDefined();
    const curl = await findDebianProgram(
      { names: ['curl'], packages: ['curl'], file: 'usr/bin/curl' },
      programsOfTests,
    );
    if ('missing' in curl) throw new Error(`curl is ${curl.missing}`);
    const { program, libraryPath } = curl.found;
    const environment = {
      PATH: `${path.dirname(program)}:/usr/bin:/bin`,
      ...(libraryPath !== undefined && { LD_LIBRARY_PATH: libraryPath }),
    };
    const { stdout } = await run('bash', ['-c', line ?? 'false'], { timeout: 20_000, env: environment });
    expect(stdout).toContain('"content"');
  }, 120_000); // where there is no curl, one is unpacked first

  it('npm start serves the demo connector to clients of both protocol eras', async () => {
    const modern = await connectModern(ready.mcpUrl, ready.mcpApiKey);
    const legacy = await connectLegacy(ready.mcpUrl, ready.mcpApiKey);
    const names = (await modern.listTools()).tools.map((tool) => tool.name);
    expect(names.length).toBeGreaterThan(0);
    expect((await legacy.listTools()).tools.map((tool) => tool.name)).toEqual(names);
    await Promise.all([modern.close(), legacy.close()]);
  });

  it('refuses a caller without a key before the body is decoded', async () => {
    const answer = await fetch(ready.mcpUrl, {
      method: 'POST',
      body: '{not json',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });
});

describe('from code to a URL that answers', () => {
  it('a connector is created, deployed, listed and called with both clients', async () => {
    const init = await installation.patchbay(['init', 'greeter'], home);
    expect(init.stderr + init.stdout).not.toContain('Error');
    expect(init.code).toBe(0);
    const deploy = await installation.patchbay(['deploy', 'greeter'], home);
    expect(deploy.code, deploy.stdout + deploy.stderr).toBe(0);
    expect(deploy.stdout).toContain(urlOf('greeter'));

    const modern = await connectModern(urlOf('greeter'), ready.mcpApiKey);
    const legacy = await connectLegacy(urlOf('greeter'), ready.mcpApiKey);
    expect((await modern.listTools()).tools.map((tool) => tool.name)).toContain('greet');
    const asked = { name: 'greet', arguments: { name: 'Ada' } };
    expect(firstText(await modern.callTool(asked))).toContain('Ada');
    expect(firstText(await legacy.callTool(asked))).toContain('Ada');
    await Promise.all([modern.close(), legacy.close()]);
  }, 120_000);

  it('deploys a second version under load without one failed call, and rolls back', async () => {
    const source = path.join(home, 'greeter/src/index.ts');
    const code = await readFile(source, 'utf8');
    await writeFile(source, code.replaceAll('Hello', 'Good day'));
    const before = await callGreet(urlOf('greeter'));
    expect(before).toContain('Hello');

    const load = startLoad(urlOf('greeter'));
    const deploy = await installation.patchbay(['deploy', 'greeter'], home);
    expect(deploy.code, deploy.stdout + deploy.stderr).toBe(0);
    await load.until((text) => text.includes('Good day'));
    const rollback = await installation.patchbay(['rollback', 'greeter', '--yes'], home);
    expect(rollback.code, rollback.stdout + rollback.stderr).toBe(0);
    await load.until((text) => text.includes('Hello'));
    const { failures, calls } = await load.stop();
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThan(20);
  }, 120_000);

  it('a failing deploy reports file and line, and leaves the live version untouched', async () => {
    const source = path.join(home, 'greeter/src/index.ts');
    const code = await readFile(source, 'utf8');
    await writeFile(source, `${code}\nconst wrong: number = 'text';\n`);
    const deploy = await installation.patchbay(['deploy', 'greeter'], home);
    await writeFile(source, code);
    expect(deploy.code).toBe(1);
    expect(deploy.stdout + deploy.stderr).toMatch(/src\/index\.ts:\d+/);
    expect(await callGreet(urlOf('greeter'))).toContain('Hello');
  });
});

describe('a killed process', () => {
  it.each(['supervisor', 'gateway', 'worker', 'redis', 'postgres'])(
    'a platform whose %s was killed answers again within 5 s',
    async (name) => {
      const pid = (await installation.ready()).processes[name];
      if (pid === undefined) throw new Error(`${name} has no pid`);
      process.kill(pid, 'SIGKILL');
      const took = await answeredAgain(() => callGreet(urlOf('greeter')), 15_000);
      expect(took).toBeLessThan(5_000);
      await answeredAgain(async () => {
        const next = (await installation.ready()).processes[name];
        if (next === undefined || next === pid || !(await isRunning(next))) throw new Error(`${name} is not back`);
      }, 15_000);
    },
    40_000,
  );

  it('the start after a killed launcher takes over its processes, with nothing lost', async () => {
    const left = (await installation.ready()).processes;
    process.kill(installation.launcherPid, 'SIGKILL');
    ready = await installation.start();
    expect(await callGreet(urlOf('greeter'))).toContain('Hello');
    for (const [name, pid] of Object.entries(left)) {
      if (ready.processes[name] !== pid) expect(await isRunning(pid), `${name} of the former start`).toBe(false);
    }
  });

  it('Ctrl-C leaves no process of the platform behind', async () => {
    const { processes } = await installation.ready();
    await installation.stop('SIGINT');
    for (const [name, pid] of Object.entries(processes)) expect(await isRunning(pid), name).toBe(false);
  });
});

/** One caller that calls without pause; `until` resolves when an answer satisfies the question. */
function startLoad(url: string) {
  const failures: string[] = [];
  let calls = 0;
  let stopping = false;
  let waiting: { satisfied: (text: string) => boolean; resolve: () => void } | undefined;
  const done = (async () => {
    const client = await connectModern(url, ready.mcpApiKey);
    while (!stopping) {
      try {
        const text = firstText(await client.callTool({ name: 'greet', arguments: { name: 'Ada' } }));
        calls += 1;
        if (waiting?.satisfied(text)) waiting.resolve();
      } catch (error) {
        failures.push(String(error));
      }
      await delay(10);
    }
    await client.close();
  })();
  return {
    until: (satisfied: (text: string) => boolean) =>
      new Promise<void>((resolve, reject) => {
        waiting = { satisfied, resolve };
        setTimeout(
          () => reject(new Error(`no such answer within 10 s; failures: ${failures.join('; ')}`)),
          10_000,
        ).unref();
      }),
    stop: async () => {
      stopping = true;
      await done;
      return { failures, calls };
    },
  };
}
