import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { newId } from '@patchbay/foundation';
import { skipUnless, temporaryDirectory } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { createFileArtifactStore } from '../src/index.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;
const organizationId = newId('organization');
let disk: string;

/** A disk of one MiB: only root may mount one. */
const canMount = await (async () => {
  if (process.getuid?.() !== 0) return false;
  disk = path.join(await temporaryDirectory('full-disk'), 'disk');
  await mkdir(disk);
  return run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).then(
    () => true,
    () => false,
  );
})();
const { describe, it } = skipUnless(canMount, 'only root may mount a small disk');

afterAll(async () => {
  if (canMount) await run('umount', [disk]);
});

describe('a store on a full disk', () => {
  let store: ReturnType<typeof createFileArtifactStore>;
  beforeAll(() => {
    store = createFileArtifactStore({ directory: disk });
  });

  it('refuses with artifacts.no_space, keeps nothing of it and everything that was there', async () => {
    const small = await store.put(organizationId, Buffer.from('small'), { bytesMax: MIB });
    for (let time = 0; time < 3; time += 1) {
      await expect(store.put(organizationId, Buffer.alloc(2 * MIB, 'x'), { bytesMax: 4 * MIB })).rejects.toMatchObject({
        code: 'artifacts.no_space',
      });
      expect(await readdir(path.join(disk, '.incoming'))).toEqual([]);
    }
    const kept = await store.get({ organizationId, digest: small.digest });
    expect(Buffer.from(kept).toString()).toBe('small');
    // Room again: the next upload goes through without a restart.
    const next = await store.put(organizationId, Buffer.alloc(MIB / 2, 'y'), { bytesMax: MIB });
    expect(await store.has({ organizationId, digest: next.digest })).toBe(true);
  });
});
