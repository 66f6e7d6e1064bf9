import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { newId } from '@patchbay/foundation';
import { openSmallDisk, skipUnless } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { createFileArtifactStore } from '../src/index.ts';

const MIB = 1024 * 1024;
const organizationId = newId('organization');

const disk = await openSmallDisk(MIB);
const { describe, it } = skipUnless(disk !== null, 'this user may mount no disk');

afterAll(() => disk?.unmount());

describe('a store on a full disk', () => {
  const place = disk?.directory ?? '';
  let store: ReturnType<typeof createFileArtifactStore>;
  beforeAll(() => {
    store = createFileArtifactStore({ directory: place });
  });

  it('a store on a full disk refuses an upload with artifacts.no_space, and keeps only earlier artifacts', async () => {
    const small = await store.put(organizationId, Buffer.from('small'), { bytesMax: MIB });
    for (let time = 0; time < 3; time += 1) {
      await expect(store.put(organizationId, Buffer.alloc(2 * MIB, 'x'), { bytesMax: 4 * MIB })).rejects.toMatchObject({
        code: 'artifacts.no_space',
      });
      expect(await readdir(path.join(place, '.incoming'))).toEqual([]);
    }
    const kept = await store.get({ organizationId, digest: small.digest });
    expect(Buffer.from(kept).toString()).toBe('small');
    // Room again: the next upload goes through without a restart.
    const next = await store.put(organizationId, Buffer.alloc(MIB / 2, 'y'), { bytesMax: MIB });
    expect(await store.has({ organizationId, digest: next.digest })).toBe(true);
  });
});
