import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { newId } from '@patchbay/foundation';
import type { JsonObject } from '@patchbay/sandbox-protocol';
import { skipUnless } from '@patchbay/testing';
import {
  type GivenHost,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  prepareToolchain,
} from '@patchbay/testing/hosts/given-host';
import { afterAll, beforeAll, expect } from 'vitest';
import { tarOf } from './tar-of.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

const INPUT = { entry: 'index.ts', typecheck: false, provided: ['zod'], links: [] };

describe('a hostile build beside the build of another organization', () => {
  let place: string;
  let victim: GivenHost;
  let attacker: GivenHost;
  let sha512: string;

  beforeAll(async () => {
    place = await mkdtemp('/var/tmp/patchbay-hostile-');
    await chmod(place, 0o711);
    const packageStoreDirectory = path.join(place, 'store');
    const tarball = tarOf({ 'package/package.json': '{"main":"i.js"}', 'package/i.js': "module.exports = 'genuine'" });
    sha512 = createHash('sha512').update(tarball).digest('hex');
    await mkdir(path.join(packageStoreDirectory, sha512.slice(0, 2)), { recursive: true });
    await writeFile(path.join(packageStoreDirectory, sha512.slice(0, 2), `${sha512}.tgz`), tarball);
    const toolchain = await prepareToolchain(place);
    // The host's permissions allow writing here: only the isolation of the sandbox is left.
    execFileSync('chmod', ['-R', 'a+rwX', packageStoreDirectory, toolchain]);
    const shared = { packageStoreDirectory, toolchainDirectory: async () => toolchain };
    victim = await givenHost(shared);
    const sources = { build: path.join(import.meta.dirname, 'programs/hostile-build.ts') };
    attacker = await givenHost({ ...shared, sources });
  });
  afterAll(async () => {
    await victim?.close();
    await attacker?.close();
    await rm(place, { recursive: true, force: true });
  });

  function run(host: GivenHost, organizationId: string, input: JsonObject, files: Uint8Array) {
    const task = { id: newId('task'), organizationId, program: 'build' as const, input, files };
    return host.client.runTask({ ...task, deadlineMs: 20_000, egress: [] });
  }

  /** Bytes and answer, but for the times in it. */
  async function build(): Promise<string> {
    const placements = [{ path: 'node_modules/genuine', name: 'genuine', version: '1.0.0', sha512 }];
    const source = tarOf({ 'index.ts': "import x from 'genuine';\nexport default () => String(x);\n" });
    const { result, files } = await run(victim, 'org_victim', { ...INPUT, placements }, source);
    const { timings: _timings, ...answer } = result;
    expect(answer).toMatchObject({ ok: true });
    return `${JSON.stringify(answer)} ${Buffer.from(files ?? []).toString()}`;
  }

  it('a build stops at a package that unpacks to a thousand times its size', async () => {
    // Members of gzip behind each other unpack to one file.
    const member = gzipSync(Buffer.alloc(45 * 1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 10 }, () => member));
    expect(bomb.byteLength).toBeLessThan(1024 * 1024);
    await expect(run(victim, 'org_attacker', { ...INPUT, placements: [] }, bomb)).rejects.toMatchObject({
      code: 'sandbox.task_failed',
      detail: expect.stringMatching(/larger than|too large/i),
    });
  });

  it('a hostile build changes only its own scratch directory and no byte of another build’s result', async () => {
    const listed = treeOf(place);
    const before = await build();
    expect(before).toContain('genuine');
    const attack = run(attacker, 'org_attacker', { known: `${sha512.slice(0, 2)}/${sha512}.tgz` }, Buffer.from(''));
    const during = await build();
    const { result } = await attack;
    expect(result.tried).toBeGreaterThan(100);
    expect(result.changed).toEqual([result.work]);
    expect(during).toBe(before);
    expect(await build()).toBe(before);
    expect(treeOf(place)).toBe(listed);
  });
});

/** Every name, mode, time and content below a folder, as one digest. */
function treeOf(folder: string): string {
  const script = `cd "$0" && find . -printf '%p %m %s %T@ %l\\n' | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum`;
  const listing = execFileSync('sh', ['-c', script, folder], { maxBuffer: 64 * 1024 * 1024 });
  return createHash('sha256').update(listing).digest('hex');
}
