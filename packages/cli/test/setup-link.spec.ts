import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { waitFor, withPlatform } from '@patchbay/testing';
import { describe, expect, it } from 'vitest';
import { ownDirectory, runCli } from './run-cli.ts';

const here = withPlatform({ supervisor: false }, async () => ({}));

/** A directory whose ready.json names this process as the gateway. */
async function installationOf(gateway: number): Promise<string> {
  const directory = await ownDirectory();
  const nothing = { mcpUrl: null, organization: null, apiKey: null, mcpApiKey: null };
  const ready = {
    origin: here.platform.origin,
    dashboardUrl: here.platform.origin,
    ...nothing,
    processes: { gateway },
  };
  await mkdir(path.join(directory, '.patchbay'));
  await writeFile(path.join(directory, '.patchbay/ready.json'), JSON.stringify(ready));
  return directory;
}

/** The number of links the gateway has created. Its log shows the number but not the links. */
async function links(): Promise<number> {
  const log = await readFile(here.platform.processes.gateway.logFile, 'utf8');
  expect(log).not.toContain('/-/setup/');
  return log.split('the operator is shown the setup link').length - 1;
}
const ask = (cwd: string) => runCli(['admin', 'setup-link', '--json'], { cwd });

describe('patchbay admin setup-link', () => {
  it('setup-link signals no process without an installation, nor one that took the gateway’s process id', async () => {
    for (const cwd of [await ownDirectory(), await installationOf(process.pid)]) {
      const run = await ask(cwd);
      expect([run.code, `${run.stdout}${run.stderr}`]).toEqual([1, expect.stringContaining('cli.not_connected')]);
    }
    expect(await links()).toBe(0);
  });

  it('the gateway makes a setup link for each request, and the command line shows none', async () => {
    const cwd = await installationOf(here.platform.processes.gateway.pid);
    const first = await ask(cwd);
    expect([first.code, first.stdout]).toEqual([0, expect.not.stringContaining('/-/setup/')]);
    await waitFor(async () => (await links()) === 1, { what: 'a setup link' });
    await ask(cwd);
    await waitFor(async () => (await links()) === 2, { what: 'another setup link' });
  });
});
