import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { chmod, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { getConnector } from '@patchbay/domain/connectors';
import { type GivenConnector, skipUnless, temporaryDirectory } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import {
  type GivenDeploys,
  givenDeploys,
  greeter,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  PACKAGE_JSON,
  packed,
} from './given-deploys.ts';
import { type RegistryStandIn, startRegistry } from './registry-stand-in.ts';

const canMount = process.getuid?.() === 0 && process.platform === 'linux';
const { describe, it } = skipUnless(hasBubblewrap && canMount, canMount ? NO_BUBBLEWRAP : 'only root can mount a disk');

/** A disk of its own and of this size. */
function mountDisk(directory: string, bytes: number) {
  mkdirSync(directory, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0711`, 'tmpfs', directory]);
  const filler = path.join(directory, '.filler');
  return {
    /** Leaves this much. */
    async fill(free: number) {
      const { bavail, bsize } = await statfs(directory);
      await writeFile(filler, Buffer.alloc(Math.max(0, bavail * bsize - free)));
    },
    clear: () => rm(filler, { force: true }),
    unmount: () => execFileSync('umount', ['-l', directory]),
  };
}

describe('a deploy onto a full disk', () => {
  let registry: RegistryStandIn;
  let deploys: GivenDeploys;
  let connector: GivenConnector;
  let live: string;
  let artifactDisk: ReturnType<typeof mountDisk>;
  let packageDisk: ReturnType<typeof mountDisk>;

  beforeAll(async () => {
    const files = { 'index.js': `module.exports = '${randomBytes(64 * 1024).toString('hex')}';` };
    registry = await startRegistry([{ name: 'large', version: '1.0.0', files }]);
    const place = await temporaryDirectory('disk');
    await chmod(place, 0o711); // sandboxes have other uids
    artifactDisk = mountDisk(path.join(place, 'artifacts'), 1024 * 1024);
    packageDisk = mountDisk(path.join(place, 'packages'), 1024 * 1024);
    deploys = await givenDeploys({
      registry: registry.origin,
      artifactDirectory: path.join(place, 'artifacts'),
      packageDirectory: path.join(place, 'packages'),
    });
    connector = await deploys.given.connector(await deploys.given.organization('acme'), 'greeter');
    const version = await deploys.finished(connector, await deploys.submit(connector, greeter()));
    if (version.state !== 'published') throw new Error(JSON.stringify(version.failure));
    live = version.id;
  });
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

  it('of the artifact store says so, and leaves the live version', { timeout: 40_000 }, async () => {
    const source = greeter({ 'src/data.ts': `export const data = '${randomBytes(40_000).toString('hex')}';` });
    const entry = `${source['src/index.ts']}\nexport { data } from './data.ts';`;
    const upload = await packed({ ...source, 'src/index.ts': entry });
    await artifactDisk.fill(upload.byteLength + 16 * 1024);
    const version = await deploys.finished(connector, await deploys.submit(connector, upload));
    expect(version).toMatchObject({ state: 'failed', failure: { code: 'artifacts.no_space', step: 'building' } });
    expect(await liveVersion()).toBe(live);
    await artifactDisk.clear();
    const again = await deploys.finished(connector, await deploys.submit(connector, upload));
    expect(again).toMatchObject({ state: 'published', failure: null });
    live = again.id;
  });

  it('of the package store says so, and leaves the live version', { timeout: 40_000 }, async () => {
    await packageDisk.fill(16 * 1024);
    const version = await deploys.finished(connector, await deploys.submit(connector, usingLarge()));
    expect(version).toMatchObject({
      state: 'failed',
      failure: { code: 'deploy.package_store_full', step: 'resolving' },
    });
    expect(await liveVersion()).toBe(live);
    await packageDisk.clear();
    const again = await deploys.finished(connector, await deploys.submit(connector, usingLarge()));
    expect(again).toMatchObject({ state: 'published', failure: null });
  });
});
