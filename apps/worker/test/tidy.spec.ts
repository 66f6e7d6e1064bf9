import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createFileArtifactStore } from '@patchbay/artifacts';
import { moveVersion, submitVersion } from '@patchbay/domain/versions';
import { createLogger, newId } from '@patchbay/foundation';
import { createGiven, createTestDatabase, type Given, temporaryDirectory } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PackageStore } from '../src/deploy/dependencies/package-store.ts';
import { trimPackageStore } from '../src/deploy/dependencies/trim-package-store.ts';
import { removeOrphans } from '../src/schedules/remove-orphans.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('files nothing refers to', () => {
  let given: Given;
  let directory: string;
  beforeAll(async () => {
    directory = await temporaryDirectory('artifacts');
    given = createGiven({ database: await createTestDatabase(), artifactDirectory: directory });
  });
  afterAll(() => given?.close());

  it('unreferenced files are removed after a day, and everything a version needs stays', async () => {
    const artifacts = createFileArtifactStore({ directory });
    const { database } = given;
    const organization = await given.organization('acme');
    const connector = await given.connector(organization, 'greeter');
    const scope = { organizationId: organization.id };
    const put = async (text: string, ageMs = 2 * DAY_MS) => {
      const { digest } = await artifacts.put(organization.id, Buffer.from(text), { bytesMax: 1024 });
      const at = new Date(Date.now() - ageMs);
      await utimes(path.join(directory, organization.id, digest.slice('sha256:'.length)), at, at);
      return digest;
    };
    const version = async (source: string, artifact: string, ends: 'failed' | 'building') => {
      const [sourceDigest, artifactDigest] = [await put(source), await put(artifact)];
      await database.withOrganization(scope, async (tx) => {
        const input = { connectorId: connector.id, sourceDigest, typecheck: true, activate: true };
        const { id } = await submitVersion(tx, organization.owner.actor, input);
        await moveVersion(tx, id, { from: 'received', to: 'resolving' }, { artifactDigest });
        if (ends === 'building') await moveVersion(tx, id, { from: 'resolving', to: 'building' });
        else await moveVersion(tx, id, { from: 'resolving', to: 'failed' });
      });
      return { sourceDigest, artifactDigest };
    };
    const failed = await version('source that failed', 'artifact of it', 'failed');
    const running = await version('source', 'artifact', 'building');
    const shared = await version('source again', 'artifact', 'failed');
    const orphan = await put('an upload whose transaction failed');
    const fresh = await put('an upload whose transaction is on its way', 23 * HOUR_MS);
    const has = (digest: string) => artifacts.has({ ...scope, digest });

    const logger = createLogger('test', 'fatal');
    expect(await removeOrphans({ database, artifacts, logger })).toBe(2);
    expect(await Promise.all([orphan, failed.artifactDigest].map(has))).toEqual([false, false]);
    const kept = [failed.sourceDigest, running.sourceDigest, running.artifactDigest, shared.sourceDigest, fresh];
    expect(await Promise.all(kept.map(has))).toEqual(kept.map(() => true));
  });

  it('files of an organization that is gone are removed', async () => {
    const artifacts = createFileArtifactStore({ directory });
    const organizationId = newId('organization');
    await artifacts.put(organizationId, Buffer.from('left by a purge that was interrupted'), { bytesMax: 1024 });
    const logger = createLogger('test', 'fatal');
    const later = new Date(Date.now() + 25 * HOUR_MS);
    await removeOrphans({ database: given.database, artifacts, logger }, later);
    expect(await readdir(path.join(directory, organizationId))).toEqual([]);
  });
});

describe('the package store', () => {
  const limits = { bytesMax: 250, unusedMs: 30 * DAY_MS };

  async function storeOf(files: Readonly<Record<string, number>>) {
    const directory = await temporaryDirectory('packages');
    for (const [name, hoursAgo] of Object.entries(files)) {
      const file = path.join(directory, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, Buffer.alloc(100));
      await utimes(file, new Date(Date.now() - hoursAgo * HOUR_MS), new Date(0));
    }
    const left = async () =>
      (await readdir(directory, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name)
        .sort();
    return { directory, left };
  }

  it('the package store drops least recently used packages over its size, and any unused for a month', async () => {
    const { directory, left } = await storeOf({ 'aa/old.tgz': 9, 'bb/new.tgz': 1, 'cc/older.tgz': 50 });
    expect(await trimPackageStore(directory, limits)).toBe(1);
    expect(await left()).toEqual(['new.tgz', 'old.tgz']);
    expect(await trimPackageStore(directory, limits, Date.now() + 30 * DAY_MS)).toBe(2);
  });

  it('the package store keeps what a deploy may be about to read, however large it is', async () => {
    const { directory, left } = await storeOf({ 'aa/1.tgz': 0.1, 'aa/2.tgz': 0.1, 'aa/3.tgz': 0.2, 'aa/4.tgz': 0.3 });
    expect(await trimPackageStore(directory, limits)).toBe(0);
    expect(await left()).toHaveLength(4);
  });

  it('the package store removes downloads that were broken off a day ago', async () => {
    const { directory, left } = await storeOf({ '.incoming-1': 25, '.incoming-2': 1 });
    await trimPackageStore(directory, limits);
    expect(await left()).toEqual(['.incoming-2']);
  });

  it('the package store notes each use, and keeps the day of publication', async () => {
    const integrity = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;
    const name = `${'07'.repeat(64)}.tgz`;
    const { directory, left } = await storeOf({ [`07/${name}`]: 40 * 24 });
    const fetch = () => Promise.reject(new Error('it is there already'));
    const store = new PackageStore(directory, { origin: 'https://registry.example', fetch, timeoutMs: 1000 });
    const used = { name: 'used', version: '1.0.0', integrity, tarball: '', hasInstallScript: false };
    expect(await store.ensure([used], DAY_MS)).toMatchObject({ fetched: 0, young: [] });
    expect(await trimPackageStore(directory, limits)).toBe(0);
    expect(await left()).toEqual([name]);
  });
});
