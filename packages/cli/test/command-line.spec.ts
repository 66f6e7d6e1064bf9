import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { freePort } from '@patchbay/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allCommands, createProgram } from '../src/create-program.ts';
import { ownDirectory, runCli } from './run-cli.ts';

const program = createProgram(() => {
  throw new Error('no command is run here');
});

describe('the command line', () => {
  it.each([
    ['an unknown command', ['deploi'], 2, 'cli.usage'],
    ['an unknown option', ['deploy', '--fast'], 2, 'cli.usage'],
    ['a missing argument', ['init'], 2, 'cli.usage'],
    ['a version that is no number', ['activate', 'weather', 'seven'], 2, 'cli.usage'],
    ['a folder that is no connector', ['deploy', '.'], 1, 'cli.no_project'],
    ['an installation that is not known', ['whoami'], 1, 'cli.not_connected'],
    ['a rollback that was not confirmed', ['rollback', 'weather'], 1, 'cli.not_confirmed'],
    ['a secret without a value', ['secrets', 'set', 'API_KEY', '--connector', 'a'], 1, 'cli.not_connected'],
    ['an address without a login', ['whoami', '--origin', 'https://x'], 1, 'cli.not_connected'],
    ['a login without an address', ['login'], 2, 'cli.usage'],
    ['a key over plain http', ['login', '--origin', 'http://example.com'], 2, 'cli.usage'],
  ])('refuses %s with the error, its reason and the next step', async (_, args, code, errorCode) => {
    const cwd = await ownDirectory();
    const [people, program] = await Promise.all([runCli(args, { cwd }), runCli([...args, '--json'], { cwd })]);
    expect(people).toMatchObject({ code, stdout: '' });
    expect(people.stderr).toMatch(/^Error: .+\n {2}Why: [\s\S]+\n {2}Do: {2}.+\n$/);
    expect(program).toMatchObject({ code, stdout: '' });
    expect(JSON.parse(program.stderr)).toMatchObject({ error: { code: errorCode, exitCode: code } });
  });

  it.each([
    [['deploi'], ['patchbay deploy']],
    [
      ['list'],
      [
        'patchbay secrets list',
        'patchbay groups list',
        'patchbay grants list',
        'patchbay clients list',
        'patchbay policies list',
        'patchbay service-accounts list',
      ],
    ],
    [['members'], ['patchbay admin members']],
    [['publish', 'weather'], ['patchbay deploy']],
    [['secrets', 'lst'], ['patchbay secrets list']],
    [['secrets', 'rm', 'KEY'], ['patchbay secrets remove']],
    [['--json', '--origin', 'https://x', 'admin', 'audits'], ['patchbay admin audit']],
  ])('refuses the unknown command %j with the commands that were probably meant', async (args, meant) => {
    const cwd = await ownDirectory();
    const run = await runCli([...args, '--json'], { cwd });
    const { error } = JSON.parse(run.stderr);
    expect([run.code, error.code]).toEqual([2, 'cli.usage']);
    expect(error.whatToDo).toBe(
      `Did you mean ${meant.map((command) => `\`${command}\``).join(' or ')}? \`patchbay --help\` lists all commands.`,
    );
  });

  it('refuses an unknown command that resembles none without a suggestion', async () => {
    const run = await runCli(['frobnicate', '--json'], { cwd: await ownDirectory() });
    expect(JSON.parse(run.stderr).error).toMatchObject({
      code: 'cli.usage',
      whatToDo: expect.not.stringMatching(/mean/),
    });
  });

  it('reports that an installation does not answer, and nothing else', async () => {
    const cwd = await ownDirectory();
    const environment = { PATCHBAY_ORIGIN: `http://localhost:${await freePort()}`, PATCHBAY_API_KEY: 'pbk_admin_x' };
    const run = await runCli(['whoami', '--json'], { cwd, environment });
    expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: 'cli.unreachable' } });
  });

  it('shows the installation’s own words for a refusal', async () => {
    const cwd = await ownDirectory();
    const server = createServer((_, response) => {
      response.writeHead(401, { 'content-type': 'application/problem+json' });
      const type = 'http://localhost/docs/errors/auth/bad_key';
      response.end(
        JSON.stringify({
          type,
          code: 'auth.bad_key',
          title: 'The key is not valid.',
          status: 401,
          detail: 'It was revoked.',
          hint: 'Make another one.',
          requestId: 'req_1',
        }),
      );
    }).listen(0);
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const environment = {
      PATCHBAY_ORIGIN: `http://localhost:${port}`,
      PATCHBAY_API_KEY: 'x',
      PATCHBAY_ORGANIZATION: 'a',
    };
    const run = await runCli(['whoami'], { cwd, environment });
    expect(run.stderr).toBe(
      'Error: The key is not valid.\n  Why: It was revoked.\n  Do:  Make another one.\n  Request id: req_1\n',
    );
    expect(run.code).toBe(1);
  });

  it('finds the ready.json of the installation that contains a folder', async () => {
    const cwd = await ownDirectory();
    const ready = {
      origin: 'http://localhost:9',
      dashboardUrl: 'http://localhost:9/dashboard',
      mcpUrl: '',
      organization: 'demo',
      apiKey: 'k',
      mcpApiKey: 'm',
    };
    await mkdir(path.join(cwd, '.patchbay'));
    await mkdir(path.join(cwd, 'deep/er'), { recursive: true });
    await writeFile(path.join(cwd, '.patchbay/ready.json'), JSON.stringify(ready));
    const run = await runCli(['open', 'weather', '--json'], { cwd: path.join(cwd, 'deep/er') });
    expect(JSON.parse(run.stdout)).toEqual({ url: 'http://localhost:9/dashboard/demo/connectors/weather' });
    const withoutDemo = { ...ready, mcpUrl: null, organization: null, apiKey: null, mcpApiKey: null };
    await writeFile(path.join(cwd, '.patchbay/ready.json'), JSON.stringify(withoutDemo));
    const keyless = await runCli(['open', '--json'], { cwd: path.join(cwd, 'deep/er') });
    expect(JSON.parse(keyless.stderr)).toMatchObject({ error: { code: 'cli.not_connected' } });
    expect(keyless.stderr).toContain('patchbay login --origin http://localhost:9');
    await writeFile(path.join(cwd, '.patchbay/ready.json'), '{');
    const broken = await runCli(['open', '--json'], { cwd: path.join(cwd, 'deep/er') });
    expect(JSON.parse(broken.stderr)).toMatchObject({ error: { code: 'cli.installation_unreadable' } });
  });

  it('the command line prints its version, and no colour into a pipe', async () => {
    const cwd = await ownDirectory();
    expect((await runCli(['--version'], { cwd })).stdout).toBe('0.1.0\n');
    const { code, stdout } = await runCli(['--help'], { cwd });
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('Exit codes:');
  });

  it('shows help and exits with the usage code when a subcommand is missing', async () => {
    const run = await runCli(['secrets'], { cwd: await ownDirectory() });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('patchbay secrets set API_KEY');
  });

  it.each(allCommands(program).map((command) => [command.name(), command] as const))(
    'the command %s has a description, described arguments and examples',
    (_, command) => {
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part) });
      expect(command.description()).toMatch(/\.$/);
      for (const argument of command.registeredArguments) expect(argument.description, argument.name()).not.toBe('');
      for (const option of command.options) expect(option.description, option.flags).not.toBe('');
      command.outputHelp();
      expect(text).toContain('Examples:\n  patchbay');
    },
  );
});
