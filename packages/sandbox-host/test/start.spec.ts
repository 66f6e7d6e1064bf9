/** The preparations of a start on the host: the groups a sandbox starts in and the libraries it sees. */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@patchbay/foundation';
import { skipUnless } from '@patchbay/testing';
import {
  type GivenHost,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findKernelLimits } from '../src/drivers/cgroups/kernel-limits.ts';
import { placeLibraries } from '../src/drivers/files/place-libraries.ts';

const isolated = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

isolated.describe('a started sandbox', () => {
  let given: GivenHost;
  beforeAll(async () => {
    given = await givenHost();
  });
  afterAll(() => given.close());

  isolated.it('is in its groups, and so is the bubblewrap around it, before it is assigned', async (context) => {
    const limits = await findKernelLimits();
    skipUnless(context, 'version' in limits, 'this host lets us make no groups');
    const controllers = 'version' in limits && limits.version === 2 ? 1 : 3;
    const programFile = await given.programs.file('runner');
    const sandboxId = newId('sandbox');
    const sandbox = await given.driver.start({ sandboxId, profile: 'runtime', programFile, mounts: [] });
    const parent = /^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${sandbox.pid}/status`, 'utf8'))?.[1];
    for (const pid of [sandbox.pid, parent]) {
      const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
      const own = groups.filter((line) => /\/patchbay-[0-9a-f]{8}-/.test(line));
      expect(own.join('\n')).toContain(sandboxId.slice(4, 16));
      expect(own.length).toBe(controllers);
    }
    await given.driver.stop(sandbox);
  });

  isolated.it('sees no file of the host’s library directories but those that its program needs', async () => {
    const code = toolRunning(`
      const fs = require('node:fs');
      return fs.readdirSync('/').filter((name) => name.startsWith('lib') || name === 'usr').flatMap((name) =>
        fs.readdirSync('/' + name, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => one.name))`);
    const found: string[] = JSON.parse(textOf(await given.call({ code })));
    expect(found.length).toBeLessThan(12);
    expect(found.every((name) => /^(ld-linux|lib(c|m|dl|pthread|rt|stdc\+\+|gcc_s|atomic)\.)/.test(name))).toBe(true);
  });
});

describe('the place of the libraries', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'libraries-'));
    await mkdir(join(directory, 'root'));
    await writeFile(join(directory, 'libone.so'), 'one');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const place = () =>
    placeLibraries(
      [
        { source: join(directory, 'libone.so'), target: '/lib/machine/libone.so' },
        { source: join(directory, 'libone.so'), target: '/lib64/loader.so' },
      ],
      join(directory, 'root'),
    );

  it('the directory of libraries holds only the needed ones, with one mount for each root directory', async () => {
    const mounts = await place();
    expect(mounts.map(({ target }) => target)).toEqual(['/lib', '/lib64']);
    const [lib] = mounts;
    expect(await readdir(lib?.source ?? '', { recursive: true })).toEqual(['machine', 'machine/libone.so']);
  });

  it('the next start reuses the directory of libraries, and an upgraded library gets another one', async () => {
    const [first] = await place();
    expect((await place())[0]).toEqual(first);
    await rm(join(directory, 'libone.so'));
    await writeFile(join(directory, 'libone.so'), 'upgraded');
    const [second] = await place();
    expect(second?.source).not.toBe(first?.source);
    expect(readFileSync(join(first?.source ?? '', 'machine/libone.so'), 'utf8')).toBe('one');
  });
});
