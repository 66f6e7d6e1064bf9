import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { readPackage } from './workspace-package.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../../..');
const SDK = path.join(ROOT, 'packages/sdk');

/** `@patchbay/connector` as authors install it: modules of JavaScript, with their types. */
export async function buildConnector(target: string): Promise<void> {
  const dist = path.join(target, 'dist');
  await mkdir(dist, { recursive: true });
  const { name, version, description, license, peerDependencies } = await readPackage('sdk');
  await Promise.all([bundle(dist), bundleApp(dist), declare(dist)]);
  const exported = (file: string) => ({ types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` });
  const manifest = {
    name,
    version,
    description,
    license,
    type: 'module',
    engines: { node: '>=20' },
    sideEffects: false,
    exports: { '.': exported('index'), './testing': exported('testing'), './app': exported('app/index') },
    peerDependencies,
  };
  await writeFile(path.join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await copyFile(path.join(ROOT, 'docs/authors.md'), path.join(target, 'README.md'));
}

async function bundle(dist: string): Promise<void> {
  await build({
    entryPoints: [path.join(SDK, 'src/index.ts'), path.join(SDK, 'src/testing.ts')],
    outdir: dist,
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    // Node 20 has no Promise.withResolvers; the author's own tests may run there.
    banner: { js: WITH_RESOLVERS },
    target: 'node20',
    absWorkingDir: SDK,
    logLevel: 'error',
  });
}

/** Modules that pages in a browser import. */
async function bundleApp(dist: string): Promise<void> {
  await build({
    entryPoints: [path.join(SDK, 'src/app/index.ts')],
    outdir: path.join(dist, 'app'),
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    absWorkingDir: SDK,
    logLevel: 'error',
  });
}

const WITH_RESOLVERS =
  'Promise.withResolvers ??= function () { let resolve, reject; const promise = new this((a, b) => { resolve = a; reject = b; }); return { promise, resolve, reject }; };';

/** Declarations, one per source; they import each other by the names the modules have once compiled. */
async function declare(dist: string): Promise<void> {
  await Promise.all([
    emitDeclarations(dist, { name: 'node', files: ['index.ts', 'testing.ts'], options: {} }),
    emitDeclarations(dist, {
      name: 'browser',
      files: ['app/index.ts'],
      options: { lib: ['es2024', 'dom'], types: [] },
    }),
  ]);
  for (const name of await readdir(dist, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue;
    const file = path.join(dist, name);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/(['"])(\.\.?\/[^'"]+)\.ts\1/g, '$1$2.js$1'));
  }
}

async function emitDeclarations(
  dist: string,
  world: { readonly name: string; readonly files: readonly string[]; readonly options: object },
): Promise<void> {
  const tsc = path.join(ROOT, 'node_modules/.bin/tsc');
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--stripInternal'];
  // Beside the package, not in it: it names places of this machine.
  const config = path.join(dist, `../../tsconfig.connector-${world.name}.json`);
  await writeFile(
    config,
    JSON.stringify({
      extends: path.join(ROOT, 'tsconfig.base.json'),
      compilerOptions: {
        rootDir: path.join(SDK, 'src'),
        outDir: dist,
        typeRoots: [path.join(ROOT, 'node_modules/@types')],
        ...world.options,
      },
      files: world.files.map((file) => path.join(SDK, 'src', file)),
    }),
  );
  await run(tsc, ['-p', config, ...options]);
}
