import { describe, expect, it } from 'vitest';
import { readNpmLockfile } from './read-npm-lockfile.ts';
import { readPackageJson } from './read-package-json.ts';
import { readPnpmLockfile } from './read-pnpm-lockfile.ts';

const registry = 'https://registry.npmjs.org';
const integrity = `sha512-${Buffer.alloc(64).toString('base64')}`;
const entry = (name: string, rest: object = {}) => ({
  version: '1.0.0',
  resolved: `${registry}/${name}/-/${name}-1.0.0.tgz`,
  integrity,
  ...rest,
});

function npm(packages: Record<string, object>, dependencies: Record<string, string> = { a: '^1.0.0' }) {
  const manifest = readPackageJson(new Map([['package.json', Buffer.from(JSON.stringify({ dependencies }))]]));
  const provided = new Map([['zod', '4.6.7']]);
  const text = JSON.stringify({ lockfileVersion: 3, packages: { '': {}, ...packages } }, null, 2);
  return readNpmLockfile(text, { manifest, provided, registry });
}

describe('package-lock.json', () => {
  it.for<[string, object]>([
    ['a git address', { resolved: 'git+ssh://git@github.com/a/a.git#1234' }],
    ['a tarball somewhere else', { resolved: 'https://evil.example/a-1.0.0.tgz' }],
    ['the tarball of another package', { resolved: `${registry}/b/-/b-1.0.0.tgz` }],
    ['a registry that only begins alike', { resolved: 'https://registry.npmjs.org.evil.example/a/-/a-1.0.0.tgz' }],
    ['a file', { resolved: 'file:../a' }],
    ['no integrity', { integrity: undefined }],
    ['a weak integrity', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }],
    ['an alias without integrity', { name: 'b', integrity: undefined }],
    ['no version', { version: '' }],
    ['a range for a version', { version: '^1.0.0' }],
    ['a link', { link: true }],
    ['a name that climbs out', { name: '../../b' }],
  ])('a package-lock.json with %s is refused, with the line', ([, change]) => {
    const read = () => npm({ 'node_modules/a': entry('a', change) });
    expect(read).toThrow(expect.objectContaining({ code: 'source.dependency_not_allowed' }));
    expect(read).toThrow(/package-lock\.json:5: /);
  });

  it('a package-lock.json with more packages than a connector may have is refused', () => {
    const names = Array.from({ length: 2001 }, (_, index) => `p${index}`);
    const packages = Object.fromEntries(names.map((name) => [`node_modules/${name}`, entry(name)]));
    const wanted = Object.fromEntries(names.map((name) => [name, '^1.0.0']));
    expect(() => npm(packages, wanted)).toThrow(expect.objectContaining({ code: 'deploy.too_many_packages' }));
  });

  it('the SDK comes from the runner when an installation’s address names it, and from nowhere else', () => {
    const provided = new Map([['@patchbay/connector', '0.1.0']]);
    const plan = (address: string) => {
      const dependencies = { '@patchbay/connector': address };
      const manifest = readPackageJson(new Map([['package.json', Buffer.from(JSON.stringify({ dependencies }))]]));
      return readNpmLockfile('{"lockfileVersion":3,"packages":{"":{}}}', { manifest, provided, registry }).provided;
    };
    const downloads = 'https://patchbay.example/-/downloads';
    expect(plan(`${downloads}/connector.tgz`)).toEqual(['@patchbay/connector']);
    expect(plan(`${downloads}/0123456789abcdef/connector.tgz`)).toEqual(['@patchbay/connector']);
    for (const address of [
      `${downloads}/../connector.tgz`,
      `${downloads}/0123/connector.tgz`,
      'https://evil.example/a',
    ]) {
      expect(() => plan(address)).toThrow();
    }
  });

  it('a package-lock.json that does not fit package.json, is old, or is not JSON is refused', () => {
    expect(() => npm({})).toThrow(expect.objectContaining({ code: 'source.lockfile_outdated' }));
    expect(() => npm({ 'node_modules/a': entry('a', { version: '2.0.0', resolved: undefined }) })).toThrow(
      /asks for a \^1\.0\.0/,
    );
    const question = {
      manifest: readPackageJson(new Map([['package.json', Buffer.from('{}')]])),
      provided: new Map(),
      registry,
    };
    expect(() => readNpmLockfile('{"lockfileVersion":1}', question)).toThrow(
      expect.objectContaining({ code: 'source.bad_lockfile' }),
    );
    expect(() => readNpmLockfile('<<<<<<<', question)).toThrow(
      expect.objectContaining({ code: 'source.bad_lockfile' }),
    );
  });

  it('a package-lock.json places what the project reaches, without development and foreign platforms', () => {
    const plan = npm({
      'node_modules/a': entry('a', { dependencies: { b: '*' }, optionalDependencies: { mac: '*' } }),
      'node_modules/a/node_modules/b': entry('b'),
      'node_modules/mac': entry('mac', { os: ['darwin'], optional: true }),
      'node_modules/vitest': entry('vitest', { dev: true, resolved: 'git+ssh://x' }),
    });
    expect(plan.placements.map(({ path }) => path)).toEqual(['node_modules/a', 'node_modules/a/node_modules/b']);
  });

  it('a package-lock.json names a single platform as text, which is how npm keeps it', () => {
    const plan = npm({
      'node_modules/a': entry('a', { optionalDependencies: { mac: '*', here: '*' } }),
      'node_modules/here': entry('here', { os: 'linux', cpu: process.arch, optional: true }),
      'node_modules/mac': entry('mac', { os: 'darwin', optional: true }),
    });
    expect(plan.placements.map(({ path }) => path)).toEqual(['node_modules/a', 'node_modules/here']);
  });

  it('an entry that nothing reaches may hold anything; one that is reached is refused by name', () => {
    const odd = entry('odd', { os: { linux: true } });
    expect(npm({ 'node_modules/a': entry('a'), 'node_modules/odd': odd }).placements).toHaveLength(1);
    const reached = { 'node_modules/a': entry('a', { dependencies: { odd: '*' } }), 'node_modules/odd': odd };
    expect(() => npm(reached)).toThrow(
      expect.objectContaining({
        code: 'source.bad_lockfile',
        detail: expect.stringContaining('packages.node_modules/odd.os'),
      }),
    );
  });

  it('a package-lock.json links what the runner provides when the range fits, else installs it', () => {
    expect(npm({}, { zod: '^4.0.0' })).toMatchObject({ placements: [], provided: ['zod'] });
    const old = entry('zod', { version: '3.25.0', resolved: undefined });
    expect(npm({ 'node_modules/zod': old }, { zod: '^3.0.0' })).toMatchObject({
      placements: [{ name: 'zod' }],
      provided: [],
    });
  });
});

describe('pnpm-lock.yaml', () => {
  const read = (version: string, resolution: string, extra = '') =>
    readPnpmLockfile(
      `lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1.0.0\n        version: ${version}\npackages:\n  a@1.0.0:\n    resolution: ${resolution}\n  b@1.0.0:\n    resolution: {integrity: ${integrity}}\nsnapshots:\n  a@1.0.0:\n    dependencies:\n      b: 1.0.0\n  b@1.0.0: {}\n${extra}`,
      {
        manifest: readPackageJson(new Map([['package.json', Buffer.from('{"dependencies":{"a":"^1.0.0"}}')]])),
        provided: new Map(),
        registry,
      },
    );

  it.for([
    ['a link', 'link:../a', `{integrity: ${integrity}}`],
    ['a git address', 'https://codeload.github.com/a/a/tar.gz/1', `{integrity: ${integrity}}`],
    ['a tarball somewhere else', '1.0.0', `{integrity: ${integrity}, tarball: https://evil.example/a.tgz}`],
    ['no integrity', '1.0.0', '{}'],
  ] as const)('a pnpm-lock.yaml with %s is refused', ([, version, resolution]) => {
    expect(() => read(version, resolution)).toThrow(expect.objectContaining({ code: 'source.dependency_not_allowed' }));
  });

  it('a pnpm-lock.yaml with patched dependencies is refused', () => {
    expect(() => read('1.0.0', `{integrity: ${integrity}}`, 'patchedDependencies:\n  a: x.patch\n')).toThrow(/patched/);
  });

  it('a pnpm-lock.yaml with a key that is there twice, or with aliases, is refused', () => {
    const refusal = expect.objectContaining({ code: 'source.bad_lockfile', detail: 'pnpm-lock.yaml is not YAML.' });
    const twice = 'more:\n  a@1.0.0: 1\n  a@1.0.0: 2\n';
    expect(() => read('1.0.0', `{integrity: ${integrity}}`, twice)).toThrow(refusal);
    expect(() => read('1.0.0', `{integrity: ${integrity}}`, 'one: &a [1]\ntwo: *a\n')).toThrow(refusal);
  });

  it('a pnpm-lock.yaml places each package in a folder of its own and links its dependencies', () => {
    const plan = read('1.0.0', `{integrity: ${integrity}}`);
    expect(plan.placements.map(({ path }) => path)).toEqual([
      'node_modules/.pnpm/a@1.0.0/node_modules/a',
      'node_modules/.pnpm/b@1.0.0/node_modules/b',
    ]);
    expect(plan.links).toEqual([
      { path: 'node_modules/a', target: 'node_modules/.pnpm/a@1.0.0/node_modules/a' },
      { path: 'node_modules/.pnpm/a@1.0.0/node_modules/b', target: 'node_modules/.pnpm/b@1.0.0/node_modules/b' },
    ]);
  });
});
