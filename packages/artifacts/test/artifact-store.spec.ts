import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { newId, Secret } from '@patchbay/foundation';
import { temporaryDirectory } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ArtifactStore,
  createFileArtifactStore,
  createS3ArtifactStore,
  digestBytes,
  type ListedArtifact,
} from '../src/index.ts';
import { type S3StandIn, startS3StandIn } from './s3-stand-in.ts';

const bytesMax = 1024 * 1024;
const keys = { accessKeyId: 'AKTEST', secretAccessKey: 'the-secret' };
let bucket: S3StandIn;

beforeAll(async () => {
  bucket = await startS3StandIn(keys);
});
afterAll(() => bucket.close());

function s3(secret = keys.secretAccessKey): ArtifactStore {
  const secretAccessKey = new Secret(secret);
  return createS3ArtifactStore({
    endpoint: bucket.endpoint,
    bucket: 'artifacts',
    region: 'eu-1',
    accessKeyId: keys.accessKeyId,
    secretAccessKey,
  });
}

async function listOf(store: ArtifactStore): Promise<ListedArtifact[]> {
  const listed: ListedArtifact[] = [];
  for await (const item of store.list()) listed.push(item);
  return listed;
}

const STORES: readonly (readonly [string, () => Promise<ArtifactStore>])[] = [
  ['the file store', async () => createFileArtifactStore({ directory: await temporaryDirectory() })],
  ['the S3 store', async () => s3()],
];

describe.for(STORES)('%s', ([, open]) => {
  const organizationId = newId('organization');

  it('refuses an artifact that is too large while it still arrives', async () => {
    const store = await open();
    async function* endless() {
      for (;;) yield Buffer.alloc(64 * 1024);
    }
    await expect(store.put(organizationId, endless(), { bytesMax })).rejects.toMatchObject({
      code: 'artifacts.too_large',
    });
  });

  it('refuses a digest or an organization id that leads out of the store', async () => {
    const store = await open();
    await expect(store.get({ organizationId, digest: '../../etc/passwd' })).rejects.toMatchObject({
      code: 'artifacts.not_found',
    });
    await expect(store.put('../other', Buffer.from('x'), { bytesMax })).rejects.toThrow(/organization id/);
  });

  it('returns stored bytes under their digest, whether they arrived whole or in parts', async () => {
    const store = await open();
    async function* parts() {
      yield Buffer.from('hel');
      yield Buffer.from('lo');
    }
    const stored = await store.put(organizationId, parts(), { bytesMax });
    expect(stored).toEqual({ digest: digestBytes(Buffer.from('hello')), bytes: 5 });
    expect(await store.put(organizationId, Buffer.from('hello'), { bytesMax })).toEqual(stored);
    expect((await store.get({ organizationId, ...stored })).toString()).toBe('hello');
  });

  it('lists every artifact with its organization and time, and nothing else', async () => {
    const store = await open();
    const owner = newId('organization');
    const before = Date.now() - 2000; // a file system's clock may be a tick behind
    const digests: string[] = [];
    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      digests.push((await store.put(owner, Buffer.from(text), { bytesMax })).digest);
    }
    await store.removeUnfinished(new Date());
    const listed = (await listOf(store)).filter((item) => item.organizationId === owner);
    expect(listed.map((item) => item.digest).sort()).toEqual(digests.sort());
    for (const { storedAt } of listed) expect(storedAt.getTime()).toBeGreaterThan(before);
  });

  it('keeps organizations apart that store the same bytes', async () => {
    const store = await open();
    const { digest } = await store.put(organizationId, Buffer.from('mine'), { bytesMax });
    const other = { organizationId: newId('organization'), digest };
    expect(await store.has(other)).toBe(false);
    await expect(store.get(other)).rejects.toMatchObject({ code: 'artifacts.not_found' });
    await store.put(other.organizationId, Buffer.from('mine'), { bytesMax });
    await store.remove(other);
    await store.remove(other);
    expect(await store.has({ organizationId, digest })).toBe(true);
    await store.ping();
  });
});

describe('the file store', () => {
  it('the file store refuses an artifact that was changed on disk', async () => {
    const directory = await temporaryDirectory();
    const store = createFileArtifactStore({ directory });
    const organizationId = newId('organization');
    const { digest } = await store.put(organizationId, Buffer.from('good'), { bytesMax });
    const file = path.join(directory, organizationId, digest.slice(7));
    expect((await stat(file)).mode & 0o777).toBe(0o440);
    await chmod(file, 0o600);
    await writeFile(file, 'evil');
    await expect(store.get({ organizationId, digest })).rejects.toMatchObject({ code: 'artifacts.damaged' });
  });

  it('removes the unfinished file of a writer that died, once the file is old', async () => {
    const directory = await temporaryDirectory();
    const left = path.join(directory, '.incoming/left-by-a-crash');
    await mkdir(path.dirname(left), { recursive: true });
    await writeFile(left, 'half');
    const store = createFileArtifactStore({ directory });
    await store.removeUnfinished(new Date(Date.now() - 60_000));
    expect(await readdir(path.dirname(left))).toHaveLength(1);
    await store.removeUnfinished(new Date(Date.now() + 60_000));
    expect(await readdir(path.dirname(left))).toEqual([]);
    expect(await listOf(store)).toEqual([]);
  });

  it('keeps no part of an artifact whose writer fails in the middle', async () => {
    const directory = await temporaryDirectory();
    await mkdir(directory, { recursive: true });
    async function* broken() {
      yield Buffer.from('half');
      throw new Error('the connection broke');
    }
    const store = createFileArtifactStore({ directory });
    await expect(store.put(newId('organization'), broken(), { bytesMax })).rejects.toThrow('the connection broke');
    expect(await readdir(path.join(directory, '.incoming'))).toEqual([]);
  });
});

describe('the S3 store', () => {
  it('the S3 store reports artifacts.unavailable for a wrong secret key, and writes no object', async () => {
    const organizationId = newId('organization');
    await expect(s3('wrong').put(organizationId, Buffer.from('x'), { bytesMax })).rejects.toMatchObject({
      code: 'artifacts.unavailable',
    });
    expect([...bucket.objects.keys()].some((key) => key.includes(organizationId))).toBe(false);
  });

  it('the S3 store refuses an object that differs from its digest', async () => {
    const organizationId = newId('organization');
    const { digest } = await s3().put(organizationId, Buffer.from('good'), { bytesMax });
    bucket.objects.set(`/artifacts/${organizationId}/${digest.slice(7)}`, Buffer.from('evil'));
    await expect(s3().get({ organizationId, digest })).rejects.toMatchObject({ code: 'artifacts.damaged' });
  });
});
