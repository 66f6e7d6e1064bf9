import { randomBytes } from 'node:crypto';
import type { GivenConnector } from '@patchbay/testing';
import { skipUnless } from '@patchbay/testing';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Files, type GivenDeploys, givenDeploys, greeter, hasBubblewrap, NO_BUBBLEWRAP } from './given-deploys.ts';
import { type PublishedPackage, type RegistryStandIn, startRegistry } from './registry-stand-in.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

const PUBLISHED: readonly PublishedPackage[] = [
  {
    name: 'polite-hello',
    version: '1.2.0',
    manifest: { main: 'index.js', types: 'index.d.ts', dependencies: { '@acme/marks': '^2.0.0' } },
    files: {
      'index.js': "const { mark } = require('@acme/marks'); module.exports = (name) => 'Good day, ' + name + mark;",
      'index.d.ts': 'declare function hello(name: string): string;\nexport = hello;\n',
    },
  },
  { name: '@acme/marks', version: '2.0.1', files: { 'index.js': "exports.mark = '!';" } },
  {
    name: 'native-thing',
    version: '3.0.0',
    manifest: { main: 'index.js', scripts: { install: 'node-gyp rebuild' } },
    files: { 'binding.gyp': '{}', 'index.js': "module.exports = require('./build/Release/thing.node');" },
  },
  {
    name: 'noisy-install',
    version: '1.0.0',
    manifest: { main: 'index.js', scripts: { postinstall: 'node steal.js' } },
    files: { 'index.js': "module.exports = () => 'quiet';", 'steal.js': '' },
  },
];

/** A connector in JavaScript that calls what `name` exports. */
function using(name: string, range: string, more: Files = {}): Files {
  return {
    'package.json': JSON.stringify({
      name: 'guest',
      version: '1.0.0',
      type: 'module',
      main: 'index.js',
      dependencies: { [name]: range, '@modelcontextprotocol/server': '^2.4.0', zod: '^4.0.0' },
    }),
    'index.js': `
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import use from '${name}';
export default () => {
  const server = new McpServer({ name: 'guest', version: '1.0.0' });
  server.registerTool(
    'greet',
    { title: 'Greet', description: use('Ada'), inputSchema: z.object({}), annotations: { readOnlyHint: true } },
    async () => ({ content: [] }),
  );
  return server;
};`,
    ...more,
  };
}

describe('a connector with dependencies', () => {
  let registry: RegistryStandIn;
  let deploys: GivenDeploys;
  let connector: GivenConnector;

  beforeAll(async () => {
    registry = await startRegistry(PUBLISHED);
    deploys = await givenDeploys({
      registry: registry.origin,
      workerEnvironment: { PATCHBAY_NPM_TIMEOUT_MS: '1000' },
    });
    connector = await deploys.given.connector(await deploys.given.organization('acme'), 'guest');
  });
  afterAll(async () => {
    await deploys?.close();
    await registry?.close();
  });
  afterEach(() => {
    Object.assign(registry.behaviour, { delayMs: 0, stalls: false });
  });

  const deploy = async (files: Files) => deploys.finished(connector, await deploys.submit(connector, files));

  function npmLockfile(changes: Record<string, unknown> = {}): string {
    const locked = (id: string, more: Record<string, unknown> = {}) => {
      const cut = id.lastIndexOf('@');
      const [name, version] = [id.slice(0, cut), id.slice(cut + 1)];
      return { version, resolved: registry.tarballUrl(name, version), integrity: registry.integrity(id), ...more };
    };
    const packages = {
      '': { name: 'guest', version: '1.0.0' },
      'node_modules/polite-hello': {
        ...locked('polite-hello@1.2.0', { dependencies: { '@acme/marks': '^2.0.0' } }),
        ...changes,
      },
      'node_modules/@acme/marks': locked('@acme/marks@2.0.1'),
    };
    return JSON.stringify({ name: 'guest', version: '1.0.0', lockfileVersion: 3, requires: true, packages }, null, 2);
  }

  const pnpmLockfile = () => `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      polite-hello:
        specifier: ^1.0.0
        version: 1.2.0
packages:
  '@acme/marks@2.0.1':
    resolution: {integrity: ${registry.integrity('@acme/marks@2.0.1')}}
  polite-hello@1.2.0:
    resolution: {integrity: ${registry.integrity('polite-hello@1.2.0')}}
snapshots:
  '@acme/marks@2.0.1': {}
  polite-hello@1.2.0:
    dependencies:
      '@acme/marks': 2.0.1
`;

  it('a deploy is refused when a package works only after its install script, which never runs', async () => {
    const version = await deploy(using('native-thing', '^3.0.0'));
    expect(version).toMatchObject({ state: 'failed', failure: { code: 'deploy.install_script_needed' } });
    expect(version.failure?.detail).toMatch(/native-thing/);
  });

  it('a deploy is refused when the registry’s package differs from the lockfile', async () => {
    const integrity = `sha512-${randomBytes(64).toString('base64')}`;
    const version = await deploy(using('polite-hello', '^1.0.0', { 'package-lock.json': npmLockfile({ integrity }) }));
    expect(version.failure).toMatchObject({ code: 'deploy.integrity_mismatch', step: 'resolving' });
    expect(version.failure?.detail).toMatch(/polite-hello@1\.2\.0/);
  });

  it('a deploy is refused when a lockfile points to another host, without a request', async () => {
    const before = registry.requests.length;
    const resolved = 'https://evil.example/polite-hello/-/polite-hello-1.2.0.tgz';
    const version = await deploy(using('polite-hello', '^1.0.0', { 'package-lock.json': npmLockfile({ resolved }) }));
    expect(version.failure).toMatchObject({ code: 'source.dependency_not_allowed' });
    expect(version.failure?.detail).toMatch(/package-lock\.json:\d+: .*evil\.example/);
    expect(registry.requests).toHaveLength(before);
  });

  it.for([
    ['a name the registry does not know', 'not-there', '^1.0.0', /no package not-there/],
    ['a range nothing fits', 'polite-hello', '^9.0.0', /no version of polite-hello that fits \^9\.0\.0/],
  ] as const)('a deploy is refused for %s', async ([, name, range, says]) => {
    const version = await deploy(using(name, range));
    expect(version.failure).toMatchObject({ code: 'deploy.package_not_found' });
    expect(version.failure?.detail).toMatch(says);
  });

  it('a deploy is refused when the registry does not answer, after some attempts', { timeout: 40_000 }, async () => {
    registry.behaviour.stalls = true;
    const version = await deploy(using('polite-hello', '^1.1.0'));
    expect(version.failure).toMatchObject({ code: 'deploy.registry_unavailable', step: 'resolving' });
  });

  it('a deploy continues when a silent registry answers again', { timeout: 40_000 }, async () => {
    registry.behaviour.stalls = true;
    const asked = registry.requests.length;
    const version = await deploys.submit(connector, using('polite-hello', '^1.0.1'));
    await expect.poll(() => registry.requests.length).toBeGreaterThan(asked);
    registry.behaviour.stalls = false;
    expect(await deploys.finished(connector, version)).toMatchObject({ state: 'published', failure: null });
  });

  it('a deploy succeeds with a slow registry', { timeout: 40_000 }, async () => {
    registry.behaviour.delayMs = 600;
    expect(await deploy(using('polite-hello', '~1.2.0'))).toMatchObject({ state: 'published', failure: null });
  });

  it.for(['package-lock.json', 'pnpm-lock.yaml', 'no lockfile'])('a connector is built with %s', async (kind) => {
    const lockfiles: Record<string, () => Files> = {
      'package-lock.json': () => ({ 'package-lock.json': npmLockfile() }),
      'pnpm-lock.yaml': () => ({ 'pnpm-lock.yaml': pnpmLockfile() }),
    };
    const version = await deploy(using('polite-hello', '^1.0.0', lockfiles[kind]?.()));
    expect(version).toMatchObject({ state: 'published', failure: null });
    // The tool's description is the output of the package and its own dependency at runtime.
    expect(version.manifest).toMatchObject({ tools: [{ description: 'Good day, Ada!' }] });
    if (kind !== 'no lockfile') return expect(version.lockfileDigest).toBeNull();
    const digest = version.lockfileDigest ?? '';
    const made = await deploys.artifacts.get({ organizationId: connector.organization.id, digest });
    expect(Object.keys(JSON.parse(made.toString()).packages)).toEqual([
      '',
      'node_modules/@acme/marks',
      'node_modules/polite-hello',
    ]);
  });

  it('a connector is built with type declarations of its packages', async () => {
    const files = greeter({ 'package.json': using('polite-hello', '^1.0.0')['package.json'] ?? '' });
    const source = `import hello from 'polite-hello';\nconst n: number = hello('Ada');\nexport default n;\n`;
    const version = await deploy({
      ...files,
      'package.json': String(files['package.json']).replace('index.js', 'src/index.ts'),
      'src/index.ts': source,
    });
    expect(version.failure).toMatchObject({ code: 'deploy.type_error' });
    expect(version.failure?.detail).toMatch(/src\/index\.ts:2:7: Type 'string' is not assignable to type 'number'/);
  });

  it('a connector is built despite an unneeded install script, and the author is informed', async () => {
    const version = await deploy(using('noisy-install', '1.0.0'));
    expect(version).toMatchObject({ state: 'published', failure: null });
    expect(version.manifest).toMatchObject({ tools: [{ description: 'quiet' }] });
    expect(await deploys.findings(connector, version)).toContainEqual(
      expect.objectContaining({ subject: 'noisy-install' }),
    );
  });

  it('deploys request a tarball from the registry once, and again for a refused integrity', () => {
    const tarballs = registry.requests.filter((path) => path === 'polite-hello/-/polite-hello-1.2.0.tgz');
    // Once for the package, once for the refused integrity.
    expect(tarballs.length).toBe(2);
  });
});
