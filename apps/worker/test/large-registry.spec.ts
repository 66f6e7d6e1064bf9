import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@patchbay/foundation';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeLockfile } from '../src/deploy/dependencies/make-lockfile.ts';
import { DESCRIPTION_BOUNDS, PackageDescriptions } from '../src/deploy/dependencies/package-descriptions.ts';
import { type PackageJson, readPackageJson } from '../src/deploy/dependencies/read-package-json.ts';
import { READING_BOUNDS, ReadingThreads } from '../src/deploy/dependencies/reading-threads.ts';
import { createRegistryFetch } from '../src/registry-fetch.ts';

const MEBIBYTE = 1024 * 1024;
const PADDING = Buffer.alloc(256 * 1024, 'x');
const INTEGRITY = `sha512-${Buffer.alloc(64).toString('base64')}`;

interface Described {
  readonly paddingBytes?: number;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A registry in which every name exists, in versions 1.0.0 and 1.5.0, described at whatever length is asked for. */
async function startLargeRegistry() {
  const requests: string[] = [];
  const described = new Map<string, Described>();
  /** Answers whose first mebibyte was taken, and that are not at their end. */
  const large = { open: 0, most: 0 };
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(request.url ?? '').slice(1);
    requests.push(name);
    const { paddingBytes = 0, dependencies = {} } = described.get(name) ?? {};
    const version = (number: string) => ({
      name,
      version: number,
      dependencies,
      dist: { integrity: INTEGRITY, tarball: `${origin}/${name}/-/${name}-${number}.tgz` },
    });
    const versions = { '1.0.0': version('1.0.0'), '1.5.0': version('1.5.0') };
    const rest = JSON.stringify({ name, 'dist-tags': { latest: '1.5.0' }, versions }).slice(1);
    let isLarge = false;
    response.on('close', () => {
      if (isLarge) large.open -= 1;
    });
    // Piece by piece: what this process holds is to be the worker's, not the registry's.
    response.write('{"padding":"');
    for (let sent = 0; sent < paddingBytes && !response.destroyed; sent += PADDING.byteLength) {
      // Past what the small lane takes and what buffers on the way hold.
      if (!isLarge && sent > 12 * MEBIBYTE) {
        isLarge = true;
        large.open += 1;
        large.most = Math.max(large.most, large.open);
      }
      await new Promise<void>((resolve) => response.write(PADDING, () => resolve()));
    }
    response.write(`",${rest}`);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  return {
    origin,
    requests,
    described,
    large,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

let registry: Awaited<ReturnType<typeof startLargeRegistry>>;
let reading: ReadingThreads;
beforeAll(async () => {
  registry = await startLargeRegistry();
  reading = new ReadingThreads();
});
afterAll(async () => {
  registry.close();
  await reading.close();
});
afterEach(() => {
  registry.requests.length = 0;
  registry.described.clear();
});

const project = (dependencies: Record<string, string>): PackageJson =>
  readPackageJson(new Map([['package.json', Buffer.from(JSON.stringify({ dependencies }))]]));
const named = (count: number, prefix = 'p') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, '^1.0.0']));
const descriptions = (bounds: Partial<typeof DESCRIPTION_BOUNDS> = {}) => {
  const options = { origin: registry.origin, fetch: createRegistryFetch(registry.origin), timeoutMs: 60_000 };
  return new PackageDescriptions(options, reading, { ...DESCRIPTION_BOUNDS, ...bounds });
};
const lockfileOf = (manifest: PackageJson, packages = descriptions()) =>
  makeLockfile(manifest, new Map(), packages.open());

describe('a project without a lockfile', () => {
  it('a project that names more packages than it may is refused before the registry is requested', async () => {
    await expect(lockfileOf(project(named(2001)))).rejects.toMatchObject({ code: 'deploy.too_many_packages' });
    expect(registry.requests).toEqual([]);
  });

  it('a package with thousands of dependencies is refused, and none of them is requested', async () => {
    registry.described.set('hostile', { dependencies: named(3000, 'q') });
    await expect(lockfileOf(project({ hostile: '^1.0.0' }))).rejects.toMatchObject({
      code: 'deploy.too_many_packages',
    });
    expect(registry.requests).toEqual(['hostile']);
  });

  it('a project whose package descriptions are too large, together or alone, is refused', async () => {
    for (const name of ['p0', 'p1', 'p2']) registry.described.set(name, { paddingBytes: 600_000 });
    const bounded = descriptions({ totalBytesMax: MEBIBYTE });
    await expect(lockfileOf(project(named(3)), bounded)).rejects.toMatchObject({
      code: 'deploy.package_too_large',
      detail: expect.stringContaining('more than 1 MB together'),
    });
    registry.described.set('p0', { paddingBytes: 33 * MEBIBYTE });
    await expect(lockfileOf(project(named(1)))).rejects.toMatchObject({ code: 'deploy.package_too_large' });
  });

  it('a project is refused when what would be kept of its packages is too large', async () => {
    registry.described.set('p0', { dependencies: { ['a'.repeat(3000)]: '^1.0.0' } });
    await expect(lockfileOf(project(named(1)), descriptions({ keptBytesMax: 1000 }))).rejects.toMatchObject({
      code: 'deploy.package_too_large',
    });
  });

  it('no more than two large descriptions are in memory, and none is kept', { timeout: 120_000 }, async () => {
    for (const name of Object.keys(named(8))) registry.described.set(name, { paddingBytes: 20 * MEBIBYTE });
    const used = () => process.memoryUsage().heapUsed + process.memoryUsage().external;
    const before = used();
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, used());
    }, 10);
    const shared = descriptions();
    const two = await Promise.all([4, 8].map((count) => lockfileOf(project(named(count)), shared)));
    clearInterval(watch);
    expect(Object.keys(JSON.parse(two[1] ?? '').packages)).toHaveLength(9);
    expect(two[1]?.length).toBeLessThan(20_000);
    expect(registry.large.most).toBeLessThanOrEqual(DESCRIPTION_BOUNDS.large.atOnce);
    // 240 MiB were read; a description is there twice while it is put together.
    expect((most - before) / MEBIBYTE).toBeLessThan(160);
  });

  it('a description is requested again only when another range needs another version', async () => {
    registry.described.set('a', { dependencies: { shared: '^1.2.0' } });
    registry.described.set('b', { dependencies: { shared: '1.0.0' } });
    const made = JSON.parse(await lockfileOf(project({ a: '^1.0.0', b: '^1.0.0', shared: '1.5.0' })));
    expect(Object.keys(made.packages)).toEqual([
      ...['', 'node_modules/a', 'node_modules/b', 'node_modules/b/node_modules/shared', 'node_modules/shared'],
    ]);
    expect(registry.requests.toSorted()).toEqual(['a', 'b', 'shared', 'shared']);
  });
});

/** A pnpm-lock.yaml with so many packages, of which the project uses one. */
function largeLockfile(packages: number): Buffer {
  const ids = Array.from({ length: packages }, (_, index) => `p${index}@1.0.0`);
  return Buffer.from(`lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      p0:
        specifier: ^1.0.0
        version: 1.0.0
packages:
${ids.map((id) => `  ${id}:\n    resolution: {integrity: ${INTEGRITY}}`).join('\n')}
snapshots:
${ids.map((id) => `  ${id}: {}`).join('\n')}
`);
}

describe('a large lockfile', () => {
  const asked = { manifest: project({ p0: '^1.0.0' }), provided: new Map(), registry: 'https://registry.npmjs.org' };

  it('a lockfile that needs more memory or time than a thread has is refused, and the next one is read', {
    timeout: 120_000,
  }, async () => {
    const small = new ReadingThreads({ ...READING_BOUNDS, threads: 1, heapMebibytes: 32 });
    const hurried = new ReadingThreads({ ...READING_BOUNDS, taskMsMax: 1 });
    try {
      const refusal = { code: 'source.bad_lockfile', detail: expect.stringContaining('more memory or time') };
      const [tooLarge, next] = await Promise.allSettled([
        small.read('pnpm-lock.yaml', largeLockfile(15_000), asked),
        small.read('pnpm-lock.yaml', largeLockfile(1), asked),
      ]);
      expect(tooLarge).toMatchObject({ status: 'rejected', reason: refusal });
      expect(next).toMatchObject({ status: 'fulfilled', value: { placements: [{ name: 'p0' }] } });
      await expect(hurried.read('pnpm-lock.yaml', largeLockfile(1), asked)).rejects.toMatchObject(refusal);
    } finally {
      await Promise.all([small.close(), hurried.close()]);
    }
  });

  it('a large lockfile is read off the event loop, with its errors unchanged', { timeout: 120_000 }, async () => {
    const bytes = largeLockfile(10_000);
    expect(bytes.byteLength).toBeGreaterThan(1.5 * MEBIBYTE);
    await reading.read('pnpm-lock.yaml', largeLockfile(1), asked); // its thread is there
    const before = performance.eventLoopUtilization();
    const plan = await reading.read('pnpm-lock.yaml', bytes, asked);
    const { active, idle } = performance.eventLoopUtilization(before);
    expect(plan.placements).toMatchObject([{ name: 'p0', version: '1.0.0' }]);
    expect(active).toBeLessThan(idle);
    const broken = reading.read('pnpm-lock.yaml', Buffer.from('a: [', 'utf8'), asked);
    await expect(broken).rejects.toBeInstanceOf(AppError);
    await expect(broken).rejects.toMatchObject({ code: 'source.bad_lockfile', detail: 'pnpm-lock.yaml is not YAML.' });
  });
});
