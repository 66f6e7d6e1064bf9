import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packSource } from '../src/pack-source.ts';
import { readProject } from '../src/project.ts';
import { ownDirectory, runCli } from './run-cli.ts';

describe('a project', () => {
  it.each(['{', '[]', '{"name":3}', '{"patchbay":{"entry":1}}'])(
    'a project whose package.json is %s is refused with the name of that file',
    async (text) => {
      const cwd = await ownDirectory();
      await writeFile(path.join(cwd, 'package.json'), text);
      await expect(readProject(cwd)).rejects.toMatchObject({
        code: 'cli.bad_project',
        detail: expect.stringContaining('package.json'),
      });
    },
  );

  it('refuses a UTF-16 package.json with the advice to save it as UTF-8', async () => {
    const cwd = await ownDirectory();
    await writeFile(path.join(cwd, 'package.json'), Buffer.from('\ufeff{"name":"weather"}', 'utf16le'));
    await expect(readProject(cwd)).rejects.toMatchObject({
      code: 'cli.bad_project',
      detail: expect.stringMatching(/package\.json:1: is UTF-16; save it as UTF-8/),
    });
  });

  it('a project larger than the installation takes is refused before the upload, with its largest file', async () => {
    const cwd = await ownDirectory();
    await writeFile(path.join(cwd, 'package.json'), '{}');
    await writeFile(path.join(cwd, 'video.bin'), randomBytes(10_600_000));
    await expect(packSource(cwd)).rejects.toMatchObject({
      code: 'cli.source_too_large',
      detail: expect.stringContaining('video.bin'),
    });
  });
});

/** An installation that answers `/me` with two organizations. */
async function installation(): Promise<string> {
  const organizations = ['acme', 'globex'].map((slug) => ({
    id: slug,
    slug,
    name: slug,
    role: 'owner',
    permissions: [],
  }));
  const body = JSON.stringify({ person: null, organizations });
  const server = createServer((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' }).end(body);
  }).listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://localhost:${(server.address() as AddressInfo).port}`; // it listens on a port
}

describe('a command', () => {
  it('a command does not guess which of two organizations is meant', async () => {
    const environment = { PATCHBAY_ORIGIN: await installation(), PATCHBAY_API_KEY: `pbk_admin_${'a'.repeat(52)}` };
    const run = await runCli(['versions', 'weather', '--json'], { cwd: await ownDirectory(), environment });
    expect(run.code).not.toBe(0);
    expect(`${run.stdout}${run.stderr}`).toContain('cli.organization_unclear');
  });

  it('sets no secret without a value', async () => {
    const environment = {
      PATCHBAY_ORIGIN: await installation(),
      PATCHBAY_API_KEY: `pbk_admin_${'a'.repeat(52)}`,
      PATCHBAY_ORGANIZATION: 'acme',
    };
    const cwd = await ownDirectory();
    const run = await runCli(['secrets', 'set', 'TOKEN', '--connector', 'weather', '--json'], { cwd, environment });
    expect(run.code).not.toBe(0);
    expect(`${run.stdout}${run.stderr}`).toContain('cli.value_missing');
  });
});
