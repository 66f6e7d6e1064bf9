import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { temporaryDirectory } from '@patchbay/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { packTools } from '../scripts/pack.ts';
import { ownDirectory } from './run-cli.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../../..');
const digestOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

let made: string;
beforeAll(async () => {
  made = await temporaryDirectory('tarballs');
  expect(await packTools(made, 'http://localhost:4000')).toEqual({ made: true });
});

describe('the tarballs an installation serves', () => {
  it('tarballs are made once, equal for equal sources, and name no path of this machine', async () => {
    const second = await ownDirectory();
    expect(await packTools(made, 'http://localhost:4000')).toEqual({ made: false });
    await packTools(second, 'http://localhost:4000');
    for (const name of ['cli.tgz', 'connector.tgz']) {
      expect(await digestOf(path.join(second, name)), name).toBe(await digestOf(path.join(made, name)));
      expect(gunzipSync(await readFile(path.join(made, name))).includes(ROOT), name).toBe(false);
    }
    for (const name of ['bridge.mjs', 'bridge-licenses.txt']) {
      expect(await digestOf(path.join(second, name)), name).toBe(await digestOf(path.join(made, name)));
      expect((await readFile(path.join(made, name))).includes(ROOT), name).toBe(false);
    }
  });

  it('tarballs install with npm, and make a project whose own test and type check pass', async () => {
    const directory = await ownDirectory();
    const npm = (args: readonly string[], cwd: string) =>
      run('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], { cwd, timeout: 120_000 });
    const host = path.join(directory, 'host');
    await run('mkdir', ['-p', host]);
    await writeFile(path.join(host, 'package.json'), '{"private":true}');
    await npm(['install', path.join(made, 'cli.tgz')], host);
    const patchbay = path.join(host, 'node_modules/.bin/patchbay');
    expect((await run(patchbay, ['--help'], { cwd: host })).stdout).toContain('patchbay deploy weather');
    await run(patchbay, ['init', 'weather', '--origin', 'http://localhost:1'], { cwd: directory });

    const project = path.join(directory, 'weather');
    const manifestFile = path.join(project, 'package.json');
    const text = await readFile(manifestFile, 'utf8');
    await writeFile(manifestFile, text.replaceAll('http://localhost:1/-/downloads/', `file:${made}/`));
    await npm(['install'], project);
    const tested = await run('npm', ['test'], { cwd: project, timeout: 60_000 });
    expect(tested.stdout).toMatch(/(pass 3|# pass 3)/);
    await run('npm', ['run', 'typecheck'], { cwd: project, timeout: 60_000 });
  }, 180_000);
});
