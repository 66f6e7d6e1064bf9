import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { pinnedVersions, readPackage } from './workspace-package.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const CLI = path.join(ROOT, 'packages/cli');
const BIN = ['patchbay.mjs', 'typescript.mjs', 'typescript-hooks.mjs', 'typescript.d.mts'];
/** Where a bundled file's public dependencies are declared. */
const DECLARED_IN = [
  'api-client',
  'builder',
  'doctor',
  'egress',
  'foundation',
  'mcp',
  'probe',
  'providers',
  'runner',
  'sandbox-host',
  'sandbox-protocol',
  'cli',
];

/** `@patchbay/cli` as one installs it: our packages bundled, public ones as dependencies, the runner's programs finished. */
export async function buildCli(target: string, origin: string): Promise<void> {
  const dist = path.join(target, 'dist');
  await mkdir(path.join(target, 'bin'), { recursive: true });
  const [dependencies] = await Promise.all([
    bundle(dist),
    bundleRunner(path.join(dist, 'programs')),
    cp(path.join(CLI, 'templates'), path.join(target, 'templates'), { recursive: true }),
    ...BIN.map((name) => copyFile(path.join(CLI, 'bin', name), path.join(target, 'bin', name))),
  ]);
  await writeFile(path.join(dist, 'origin.txt'), `${origin}\n`);
  const { name, version, description, license } = await readPackage('cli');
  const manifest = {
    name,
    version,
    description,
    license,
    type: 'module',
    engines: { node: '>=20' },
    bin: { patchbay: 'bin/patchbay.mjs' },
    exports: {
      './typescript': { types: './bin/typescript.d.mts', default: './bin/typescript.mjs' },
      './package.json': './package.json',
    },
    // The test loader needs it whether or not a bundled module does.
    dependencies: await pinnedVersions(new Set([...dependencies, 'esbuild']), DECLARED_IN),
  };
  await writeFile(path.join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** @returns the public packages the bundle imports */
async function bundle(dist: string): Promise<Set<string>> {
  const { metafile } = await build({
    entryPoints: { main: path.join(CLI, 'src/main.ts') },
    outdir: dist,
    bundle: true,
    splitting: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    plugins: [publicPackagesExternal],
    absWorkingDir: CLI,
    logLevel: 'error',
  });
  const imported = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return new Set(
    imported
      .filter(({ external, path: name }) => external && !name.startsWith('node:'))
      .map(({ path: name }) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
  );
}

/** Ours go into the bundle; what one installs from a registry stays outside, and is dropped where nothing of it is used. */
const publicPackagesExternal: Plugin = {
  name: 'public-packages-external',
  setup(builder) {
    builder.onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) => {
      if (kind === 'entry-point' || path.isAbsolute(name) || name.startsWith('@patchbay/')) return undefined;
      return { path: name, external: true, sideEffects: false };
    });
  },
};

/** The runner for the sandbox of `patchbay dev`, with its dependencies, because nothing can be installed in there. */
async function bundleRunner(directory: string): Promise<void> {
  const runner = path.join(ROOT, 'packages/runner');
  await build({
    entryPoints: {
      runner: path.join(runner, 'src/main.ts'),
      probe: path.join(ROOT, 'packages/probe/src/probe-from-inside.ts'),
    },
    outdir: directory,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    minify: true,
    keepNames: true,
    legalComments: 'eof',
    // As the supervisor bundles it.
    alias: { '@modelcontextprotocol/server/_shims': path.join(runner, 'src/interpreting-shims.ts') },
    absWorkingDir: runner,
    logLevel: 'error',
  });
}
