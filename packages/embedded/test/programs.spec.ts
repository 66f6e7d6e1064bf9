import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Secret } from '@patchbay/foundation';
import { skipUnless, temporaryDirectory } from '@patchbay/testing';
import { describe, expect, it } from 'vitest';
import { findBubblewrap, findProgram, findRedis, findServiceAccount, startRedis } from '../src/index.ts';

const run = promisify(execFile);
const TOOLS = ['apt-get', 'dpkg-deb'];

/** A search path with what is needed to unpack packages and none of the programs that are looked for. */
async function bareSearchPath(directory: string, tools: readonly string[]): Promise<string> {
  const bin = path.join(directory, 'bin');
  await mkdir(bin);
  for (const tool of tools) {
    const program = await findProgram([tool], process.env.PATH ?? '');
    if (program) await symlink(program, path.join(bin, tool));
  }
  return bin;
}

async function hasPackages(): Promise<boolean> {
  const found = await Promise.all(TOOLS.map((tool) => findProgram([tool], process.env.PATH ?? '')));
  return !found.includes(null);
}

describe('programs that are not installed', () => {
  it('names programs that are missing, with the reason, where there is no apt', async () => {
    const directory = await temporaryDirectory('programs');
    const options = { searchPath: await bareSearchPath(directory, []), programs: directory };
    expect(await findRedis(options)).toEqual({ missing: expect.stringContaining('no apt-get') });
    expect(await findBubblewrap(options)).toEqual({ missing: expect.stringContaining('bubblewrap') });
  });

  it('unpacks a Redis that runs from a private directory', async (context) => {
    skipUnless(context, await hasPackages(), 'this machine has no apt to unpack packages with');
    const directory = await temporaryDirectory('programs');
    await chmod(directory, 0o755);
    const searchPath = await bareSearchPath(directory, TOOLS);
    const redis = await findRedis({ searchPath, programs: directory });
    if ('missing' in redis) throw new Error(redis.missing);
    expect(redis.found.program.startsWith(directory)).toBe(true);
    const service = await startRedis({
      redis: redis.found,
      directory: path.join(directory, 'data'),
      account: findServiceAccount(['redis']),
      password: new Secret('password'),
      logFile: path.join(directory, 'redis.log'),
    });
    await service.stop();
  }, 180_000);

  it('unpacks a bubblewrap that no other user can change', async (context) => {
    skipUnless(context, await hasPackages(), 'this machine has no apt to unpack packages with');
    const directory = await temporaryDirectory('programs');
    const searchPath = await bareSearchPath(directory, TOOLS);
    const bubblewrap = await findBubblewrap({ searchPath, programs: directory });
    if ('missing' in bubblewrap) throw new Error(bubblewrap.missing);
    const { stdout } = await run(bubblewrap.found, ['--version']);
    expect(stdout).toMatch(/^bubblewrap \d/);
    const found = await stat(bubblewrap.found);
    expect(found.uid).toBe(process.getuid?.());
    expect(found.mode & 0o022).toBe(0);
  }, 180_000);

  it('unpacks a program once for several requests at a time, and again when its files are damaged', async (context) => {
    skipUnless(context, await hasPackages(), 'this machine has no apt to unpack packages with');
    const directory = await temporaryDirectory('programs');
    const lines: string[] = [];
    const options = {
      searchPath: await bareSearchPath(directory, TOOLS),
      programs: directory,
      say: (text: string) => lines.push(text),
    };
    const several = await Promise.all(Array.from({ length: 4 }, () => findBubblewrap(options)));
    const program = path.join(directory, 'bubblewrap/usr/bin/bwrap');
    expect(several).toEqual(Array.from({ length: 4 }, () => ({ found: program })));
    expect(lines).toEqual([expect.stringContaining('bubblewrap')]);

    await writeFile(program, 'damaged');
    expect(await findBubblewrap(options)).toEqual({ found: program });
    expect((await run(program, ['--version'])).stdout).toMatch(/^bubblewrap \d/);
    expect(lines).toHaveLength(2);
    // Nothing but what is kept: no half of an unpacking.
    expect((await readdir(directory)).sort()).toEqual(['bin', 'bubblewrap', 'bubblewrap.lock']);
  }, 300_000);
});
