import { randomBytes } from 'node:crypto';
import { chmod, readdir } from 'node:fs/promises';
import path from 'node:path';
import { getConnector } from '@patchbay/domain/connectors';
import { getVersion } from '@patchbay/domain/versions';
import {
  canMountDisk,
  type GivenConnector,
  mountSmallDisk,
  type SmallDisk,
  skipUnless,
  temporaryDirectory,
  waitFor,
} from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import {
  type Files,
  type GivenDeploys,
  givenDeploys,
  greeter,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  PACKAGE_JSON,
  packed,
} from './given-deploys.ts';
import { type RegistryStandIn, startRegistry } from './registry-stand-in.ts';

const { describe, it } = skipUnless(
  hasBubblewrap && canMountDisk,
  canMountDisk ? NO_BUBBLEWRAP : 'only root can mount a disk',
);

describe('a deploy onto a full disk', () => {
  let registry: RegistryStandIn;
  let deploys: GivenDeploys;
  let connector: GivenConnector;
  let live: string;
  let artifactDisk: SmallDisk;
  let packageDisk: SmallDisk;

  beforeAll(async () => {
    const files = { 'index.js': `module.exports = '${randomBytes(64 * 1024).toString('hex')}';` };
    registry = await startRegistry([{ name: 'large', version: '1.0.0', files }]);
    const place = await temporaryDirectory('disk');
    await chmod(place, 0o711); // sandboxes have other uids
    artifactDisk = mountSmallDisk(path.join(place, 'artifacts'), 1024 * 1024, '0711');
    packageDisk = mountSmallDisk(path.join(place, 'packages'), 1024 * 1024, '0711');
    deploys = await givenDeploys({
      registry: registry.origin,
      artifactDirectory: path.join(place, 'artifacts'),
      packageDirectory: path.join(place, 'packages'),
    });
    connector = await deploys.given.connector(await deploys.given.organization('acme'), 'greeter');
    const version = await deploys.finished(connector, await deploys.submit(connector, greeter()), 60_000);
    if (version.state !== 'published') throw new Error(JSON.stringify(version.failure));
    live = version.id;
  }, 120_000);
  afterAll(async () => {
    await deploys?.close();
    await registry?.close();
    artifactDisk?.unmount();
    packageDisk?.unmount();
  });

  const liveVersion = async () =>
    (await deploys.inScope(connector, (tx) => getConnector(tx, connector.id))).liveVersionId;
  const usingLarge = () => {
    const { dependencies, ...rest } = JSON.parse(PACKAGE_JSON);
    return greeter({ 'package.json': JSON.stringify({ ...rest, dependencies: { ...dependencies, large: '1.0.0' } }) });
  };

  /** A deploy that waits while a disk is full, as seen by its author, its operator and its callers. */
  async function waits(upload: Uint8Array | Files, expected: { code: string; step: string; below: string }) {
    const { code, step, below } = expected;
    const version = await deploys.submit(connector, upload);
    const interruptions = async () =>
      (await deploys.workerLog()).filter(({ versionId, hint }) => versionId === version.id && hint !== undefined);
    await waitFor(async () => (await interruptions()).length >= 3, { what: 'three attempts', deadlineMs: 60_000 });

    // The author: once, however often it was tried.
    const lines = await deploys.log(connector, version);
    expect(lines.filter((line) => line.includes(code))).toEqual([
      expect.stringMatching(/^waiting for the platform: .+ continues automatically, for up to an hour/),
    ]);
    expect(new Set(lines).size).toBe(lines.length);
    const present = await deploys.inScope(connector, (tx) => getVersion(tx, version.id));
    expect(present).toMatchObject({ state: step, failure: null });
    // No attempt of the version was spent.
    const waiting = async () => (await deploys.steps(connector, version)).find(({ name }) => name === step);
    await waitFor(async () => (await waiting())?.attempt === 0, { what: 'the attempt to be given back' });
    expect(await waiting()).toMatchObject({ state: 'running', error: { code } });
    // The operator.
    expect((await interruptions())[0]).toMatchObject({ code, hint: expect.stringMatching(/^Operators: free space/) });
    expect((await deploys.workerHealth()).checks.disk).toEqual(
      expect.objectContaining({ state: 'degraded', reasons: [expect.stringContaining(below)] }),
    );
    // The callers, and what a write that found no space leaves.
    expect(await liveVersion()).toBe(live);
    await waitFor(async () => (await unfinishedFiles()).length === 0, { what: 'no half-written file' });
    return version;
  }

  /** Both stores write beside the place of a file first. */
  async function unfinishedFiles() {
    const incoming = await readdir(path.join(artifactDisk.directory, '.incoming'));
    return [...incoming, ...(await readdir(packageDisk.directory)).filter((name) => name.startsWith('.incoming-'))];
  }

  async function isPublished(version: { id: string }, step: string) {
    const finished = await deploys.finished(connector, version, 60_000);
    expect(finished).toMatchObject({ state: 'published', failure: null });
    expect(
      (await deploys.log(connector, version)).filter((line) => line.includes('the deploy continues')),
    ).toHaveLength(1);
    const done = (await deploys.steps(connector, version)).find(({ name }) => name === step);
    expect(done).toMatchObject({ state: 'done', attempt: 1, error: null });
    live = version.id;
    expect(await liveVersion()).toBe(live);
  }

  async function usingData() {
    const source = greeter({ 'src/data.ts': `export const data = '${randomBytes(40_000).toString('hex')}';` });
    const entry = `${source['src/index.ts']}\nexport { data } from './data.ts';`;
    return packed({ ...source, 'src/index.ts': entry });
  }
  const full = {
    artifacts: () => ({ code: 'artifacts.no_space', step: 'building', below: artifactDisk.directory }),
    packages: () => ({ code: 'deploy.package_store_full', step: 'resolving', below: packageDisk.directory }),
  };

  it('a deploy onto a full artifact store waits, logs why, and continues by itself when there is space', {
    timeout: 180_000,
  }, async () => {
    const upload = await usingData();
    await artifactDisk.fill(upload.byteLength + 16 * 1024);
    const version = await waits(upload, full.artifacts());
    // Further attempts store what was built: they need no supervisor to build it again.
    await deploys.supervisor.end('SIGKILL');
    const attempts = async () =>
      (await deploys.workerLog()).filter(({ versionId, code }) => versionId === version.id && code !== undefined);
    const before = (await attempts()).length;
    await waitFor(async () => (await attempts()).length > before + 1, { what: 'two attempts', deadlineMs: 60_000 });
    expect((await attempts()).slice(before).map(({ code }) => code)).not.toContain('sandbox.unavailable');
    await artifactDisk.clear();
    await deploys.supervisor.restart();
    await isPublished(version, 'building');
  });

  it('a deploy onto a full package store waits, logs why, and continues by itself when there is space', {
    timeout: 180_000,
  }, async () => {
    await packageDisk.fill(16 * 1024);
    const version = await waits(usingLarge(), full.packages());
    await packageDisk.clear();
    await isPublished(version, 'resolving');
  });

  it('a disk that stays full for an hour fails the deploy with its error, and the live version serves', {
    timeout: 180_000,
  }, async () => {
    const upload = await usingData();
    await artifactDisk.fill(upload.byteLength + 16 * 1024);
    const version = await waits(upload, full.artifacts());
    await deploys.inScope(connector, (tx) =>
      tx.query(`UPDATE app.version_steps SET started_at = now() - interval '1 hour' WHERE version_id = $1`, [
        version.id,
      ]),
    );
    expect(await deploys.finished(connector, version, 60_000)).toMatchObject({
      state: 'failed',
      failure: {
        code: 'artifacts.no_space',
        step: 'building',
        detail: expect.stringMatching(/space.* The deploy waited an hour for it\.$/),
      },
    });
    expect((await deploys.log(connector, version)).at(-1)).toContain('The deploy waited an hour for it.');
    expect(await liveVersion()).toBe(live);
    await artifactDisk.clear();
  });
});
