import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@patchbay/foundation';
import { temporaryDirectory, withPlatform } from '@patchbay/testing';
import { describe, expect, it } from 'vitest';
import { jsonLines, runCli, startCli } from './run-cli.ts';

/** The commands against a real platform, in the order an author meets them; each step builds on the previous one. */
/** Outside of the checkout, so that no installation is found above it. */
const cwd = await temporaryDirectory('cli');
const here = withPlatform({ worker: true }, async ({ given, origin }) => {
  const organization = await given.organization('acme');
  const adminKey = await given.apiKey(organization, organization.owner, 'admin');
  const environment: Record<string, string> = {
    PATCHBAY_ORIGIN: origin,
    PATCHBAY_API_KEY: adminKey,
    PATCHBAY_MCP_KEY: await given.apiKey(organization),
  };
  return { adminKey, environment };
});

const patchbay = (...args: string[]) => runCli(args, { cwd, environment: here.environment });

/** The JSON a command prints; fails with its error when there is none. */
async function jsonOf(...args: string[]) {
  const run = await patchbay(...args, '--json');
  expect(run.code, run.stderr).toBe(0);
  return JSON.parse(run.stdout);
}

/** Each question starts a process, which takes its time on a busy machine. */
const WITHIN = { timeout: 15_000, interval: 100 };
const greeting = async () => (await patchbay('call', 'greeter', 'greet', 'name=Ada')).stdout;

async function changeSource(edit: (code: string) => string): Promise<string> {
  const file = path.join(cwd, 'greeter/src/index.ts');
  const before = await readFile(file, 'utf8');
  await writeFile(file, edit(before));
  return before;
}

describe('the command line and a platform', () => {
  it('a command fails with a key that the platform does not know', async () => {
    const run = await runCli(['whoami', '--json'], {
      cwd,
      environment: { ...here.environment, PATCHBAY_API_KEY: 'pbk_admin_x' },
    });
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stderr).error.code).toMatch(/^(auth|api-keys)\./);
  });

  it('login keeps the key for its owner alone, and logout forgets it', async () => {
    const plain = (args: string[], input?: string) => runCli(args, { cwd, ...(input !== undefined && { input }) });
    const login = await plain(['login', '--origin', here.platform.origin], `${here.adminKey}\n`);
    expect(login.code, login.stderr).toBe(0);
    expect(login.stdout + login.stderr).not.toContain(here.adminKey);
    expect((await stat(path.join(cwd, '.config/patchbay/login.json'))).mode & 0o777).toBe(0o600);
    expect((await plain(['whoami'])).stdout).toContain('Organization  acme');
    await plain(['logout']);
    expect((await plain(['whoami'])).code).toBe(1);
  });

  it('deploys a connector with every step reported, and prints the hosted URL last', async () => {
    await patchbay('init', 'greeter');
    const run = await patchbay('deploy', 'greeter');
    expect(run.code, run.stdout + run.stderr).toBe(0);
    for (const step of ['resolving', 'building', 'probing', 'scanning', 'storing'])
      expect(run.stdout).toMatch(new RegExp(`${step}\\s+\\d+\\.\\d+ s`));
    expect(run.stdout.trim().split('\n').at(-1)).toBe(`${here.platform.origin}/acme/greeter/mcp`);
  });

  it('calls a tool through the hosted URL, and lists the tools there', async () => {
    expect((await patchbay('call', 'greeter', 'greet', 'name=Ada')).stdout).toBe('Hello, Ada!\n');
    expect((await patchbay('call', 'greeter', '--list')).stdout).toMatch(/greet +reads +Greets a person/);
    const failed = await patchbay('call', 'greeter', 'greet', 'name=');
    expect(failed.code).toBe(1);
    expect((await patchbay('call', 'nothing', '--list', '--json')).stderr).toContain('cli.call_failed');
  });

  it('reports the missing MCP key of a call, and takes that key by login', async () => {
    const plain = (args: string[], input?: string) => runCli(args, { cwd, ...(input !== undefined && { input }) });
    await plain(['login', '--origin', here.platform.origin], here.adminKey);
    expect((await plain(['call', 'greeter', 'greet', 'name=Bo', '--json'])).stderr).toContain('cli.call_key_missing');
    await plain(['login', '--origin', here.platform.origin], here.environment.PATCHBAY_MCP_KEY);
    expect(await plain(['call', 'greeter', 'greet', 'name=Bo'])).toMatchObject({ code: 0, stdout: 'Hello, Bo!\n' });
    await plain(['logout']);
  });

  it('a deploy reports file and line of a type error, and keeps the live version', async () => {
    const before = await changeSource((code) => `${code}\nconst wrong: number = 'text';\n`);
    const run = await patchbay('deploy', 'greeter');
    await changeSource(() => before);
    expect(run.code).toBe(1);
    expect(run.stdout + run.stderr).toMatch(/src\/index\.ts:\d+/);
    expect(run.stderr.startsWith(`Error: ${new AppError('cli.deploy_failed').spec.title}`)).toBe(true);
    expect((await patchbay('call', 'greeter', 'greet', 'name=Ada')).stdout).toBe('Hello, Ada!\n');
  });

  it('publishes a version without serving it, activates it, and rolls it back', async () => {
    await changeSource((code) => code.replace('Hello', 'Good day'));
    const published = await jsonOf('deploy', 'greeter', '--no-activate');
    expect(published).toMatchObject({ state: 'published' });
    expect((await patchbay('call', 'greeter', 'greet', 'name=Ada')).stdout).toBe('Hello, Ada!\n');
    await jsonOf('activate', 'greeter', String(published.number));
    await expect.poll(greeting, WITHIN).toBe('Good day, Ada!\n');
    const states = (await jsonOf('versions', 'greeter')).map((version: { state: string }) => version.state);
    expect(states[0]).toBe('active');
    expect(await jsonOf('rollback', 'greeter', '--yes')).toMatchObject({ cause: 'rollback', versionNumber: 1 });
    await expect.poll(greeting, WITHIN).toBe('Hello, Ada!\n');
  }, 90_000);

  it('sets, lists and removes secrets without ever printing a value', async () => {
    const set = await runCli(['secrets', 'set', 'API_KEY', '--connector', 'greeter'], {
      cwd,
      environment: here.environment,
      input: 's3cret\n',
    });
    expect(set.code, set.stderr).toBe(0);
    const list = await patchbay('secrets', 'list', '--connector', 'greeter', '--json');
    expect(JSON.parse(list.stdout)).toMatchObject([{ name: 'API_KEY' }]);
    expect(set.stdout + list.stdout).not.toContain('s3cret');
    await jsonOf('secrets', 'remove', 'API_KEY', '--connector', 'greeter');
    expect(await jsonOf('secrets', 'list', '--connector', 'greeter')).toEqual([]);
  });

  it('follows the log of a connector', async () => {
    const follower = startCli(['logs', 'greeter', '-f', '--json'], { cwd, environment: here.environment });
    follower.stderr.resume();
    try {
      const wanted = (async () => {
        for await (const line of jsonLines(follower)) if (String(line.text).includes('characters: 7')) return line;
        throw new Error('the log ended');
      })();
      await patchbay('call', 'greeter', 'greet', 'name=Charles');
      expect(await wanted).toMatchObject({ level: 'info', source: 'connector', requestId: expect.any(String) });
    } finally {
      follower.kill('SIGINT');
    }
  });

  it('dynamic code evaluation fails until a setting allows it, and the change is audited', async () => {
    await changeSource((code) =>
      code.replace(/return `(?:Hello|Good day).*/, `return new Function('n', 'return "Hello, " + n')(name);`),
    );
    const deployed = await patchbay('deploy', 'greeter');
    expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
    expect(deployed.stdout).toContain('which its sandbox refuses');
    await expect.poll(async () => (await patchbay('call', 'greeter', 'greet', 'name=Ada')).code, WITHIN).toBe(1);
    expect((await patchbay('settings', 'greeter', '--code-generation', 'maybe', '--json')).stderr).toContain(
      'cli.usage',
    );
    expect(await jsonOf('settings', 'greeter')).toMatchObject({ codeGeneration: false });
    expect(await jsonOf('settings', 'greeter', '--code-generation', 'allow')).toMatchObject({ codeGeneration: true });
    await expect.poll(greeting, WITHIN).toBe('Hello, Ada\n');
    const [event] = await jsonOf('admin', 'audit', '-n', '1');
    expect(event).toMatchObject({ action: 'connector.updated', after: { codeGeneration: true } });
  });

  it('shows members, keys and audit events to an administrator', async () => {
    expect(await jsonOf('admin', 'members')).toMatchObject([{ role: 'owner' }]);
    expect(await jsonOf('admin', 'api-keys')).toMatchObject([{ kind: 'mcp' }, { kind: 'admin' }]);
    expect(await jsonOf('groups', 'list')).toEqual([]);
    expect(await jsonOf('service-accounts', 'list')).toEqual([]);
    expect((await patchbay('groups', 'list')).stdout).toContain(`${here.platform.origin}/dashboard/-/groups\n`);
    expect(await jsonOf('grants', 'list', '--state', 'all')).toEqual([]);
    expect(await jsonOf('clients', 'list')).toEqual([]);
    expect((await patchbay('grants', 'list')).stdout).toContain(
      `${here.platform.origin}/dashboard/-/connected-clients\n`,
    );
    expect(await jsonOf('admin', 'roles')).toMatchObject([
      { role: 'owner' },
      { role: 'admin' },
      {},
      { role: 'member' },
    ]);
    expect((await patchbay('admin', 'roles')).stdout).toContain('admin      all of developer, and ');
    expect((await patchbay('admin', 'members')).stdout).toContain(`${here.platform.origin}/dashboard/-/members\n`);
    const actions = (await jsonOf('admin', 'audit')).map((event: { action: string }) => event.action);
    expect(actions).toEqual(expect.arrayContaining(['api_key.created', 'version.submitted']));
  });

  it('shows the limits on calls, and the calls that are left now, to an administrator', async () => {
    const shown = await jsonOf('admin', 'limits');
    const person = shown.limits.find(({ scope }: { scope: string }) => scope === 'person');
    expect(person.callsPerMinute).toBeGreaterThan(0);
    expect(shown.counters[0]).toMatchObject({ scope: 'organization', connector: null });
    const { stdout } = await patchbay('admin', 'limits');
    expect(stdout).toMatch(
      new RegExp(`^person +${person.callsPerMinute} +${person.burst} +${person.concurrent}$`, 'm'),
    );
    expect(stdout).toMatch(/^\(organization\) +\d+ +\d+$/m);
    expect(stdout).toContain('No call was refused by a limit in the last hour.');
  });

  it('ends no grant and makes no OAuth client or service account by an API key, and names the page where a person does', async () => {
    for (const [args, page] of [
      [['grants', 'end', '--client', 'https://claude.ai/x', '--yes'], 'connected-clients'],
      [['clients', 'create', 'Claude'], 'oauth-clients'],
      [['service-accounts', 'create', 'nightly'], 'api-keys'],
    ] as const) {
      const refused = await patchbay(...args);
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(refused.stderr).toContain(`${here.platform.origin}/dashboard/-/${page}`);
    }
    expect((await patchbay('grants', 'end', '--yes')).code).toBe(2);
    expect((await patchbay('grants', 'end', 'grt_1', '--client', 'c', '--yes')).code).toBe(2);
    expect((await patchbay('grants', 'list', '--state', 'some')).code).toBe(2);
    expect((await patchbay('clients', 'delete', 'ocl_1')).stderr).toContain('There is no terminal to answer it.');
  });

  it('opens known pages of the dashboard, and refuses others with a list of the known ones', async () => {
    const refused = await patchbay('open', '--page', 'secrets');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('members, groups, policies, invitations, roles, api-keys'),
    ]);
    const opened = await patchbay('open', 'greeter', '--page', 'secrets');
    expect(opened.stdout).toBe(`${here.platform.origin}/dashboard/acme/connectors/greeter/secrets\n`);
    const connect = await jsonOf('open', 'greeter', '--page', 'connect');
    expect(connect.url).toBe(`${here.platform.origin}/acme/greeter`);
    expect((await jsonOf('open', '--page', 'api-keys')).url).toBe(
      `${here.platform.origin}/dashboard/acme/settings/api-keys`,
    );
  });
});
