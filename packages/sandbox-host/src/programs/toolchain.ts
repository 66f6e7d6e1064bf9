/**
 * The folder that build sandboxes see as `/toolchain`: TypeScript, esbuild, Node's types and the packages the runner
 * provides, copied flat so that no link leads out of it.
 */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/** Asked for from here; what they depend on comes along. */
const ROOTS = ['typescript', 'esbuild', '@types/node', 'zod', '@modelcontextprotocol/server'] as const;
const SDK = '@patchbay/connector';
const execute = promisify(execFile);
/** A supervisor that is being replaced may still build with the previous toolchain. */
const OLD_MS = 2 * 24 * 60 * 60 * 1000;

interface Package {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** Makes the toolchain below the sandbox directory unless it is there, and returns its path. Safe to run twice at once. */
export async function prepareToolchain(sandboxDirectory: string, from: string = import.meta.url): Promise<string> {
  const packages = await collect(from);
  const sdk = await findPackage(SDK, from);
  if (sdk === null) throw new Error(`${SDK} is not installed beside the supervisor`);
  const names = packages.map(({ name, version }) => `${name}@${version}`).sort();
  const key = createHash('sha256')
    .update(names.join())
    .update(await readSources(sdk.folder))
    .digest('hex')
    .slice(0, 16);
  const finished = path.join(sandboxDirectory, 'toolchain', key);
  await removeOld(path.dirname(finished), key);
  if (existsSync(finished)) return finished;

  const partial = `${finished}.${randomUUID()}`;
  const modules = path.join(partial, 'node_modules');
  await mkdir(modules, { recursive: true, mode: 0o755 });
  for (const { name, folder } of packages) {
    const filter = (file: string) => !path.relative(folder, file).split(path.sep).includes('node_modules');
    await cp(folder, path.join(modules, name), { recursive: true, dereference: true, filter });
  }
  await declareSdk(sdk, modules);
  await rename(partial, finished).catch(async (error) => {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(finished)) throw error;
  });
  return finished;
}

/** The toolchain of one process: prepared once; a failed attempt is repeated by the next task. */
export class Toolchain {
  readonly #sandboxDirectory: string;
  #preparing: Promise<string> | null = null;

  constructor(sandboxDirectory: string) {
    this.#sandboxDirectory = sandboxDirectory;
  }

  directory(): Promise<string> {
    this.#preparing ??= prepareToolchain(this.#sandboxDirectory).catch((error: unknown) => {
      this.#preparing = null;
      throw error;
    });
    return this.#preparing;
  }
}

/** Files of earlier versions, and of a supervisor that was killed while it copied. */
async function removeOld(directory: string, keep: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    if (name === keep) continue;
    const facts = await stat(path.join(directory, name)).catch(() => null);
    if (facts === null || Date.now() - facts.mtimeMs < OLD_MS) continue;
    await rm(path.join(directory, name), { recursive: true, force: true });
  }
}

async function collect(from: string): Promise<Package[]> {
  const found = new Map<string, Package>();
  const open: { name: string; from: string }[] = ROOTS.map((name) => ({ name, from }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next.name)) continue;
    const item = await findPackage(next.name, next.from);
    // Optional parts for other platforms are not installed, and not missed.
    if (item === null) continue;
    found.set(item.name, item);
    const { dependencies, optionalDependencies } = await readManifest(item.folder);
    const inside = path.join(item.folder, 'package.json');
    open.push(...Object.keys({ ...dependencies, ...optionalDependencies }).map((name) => ({ name, from: inside })));
  }
  return [...found.values()];
}

async function findPackage(name: string, from: string): Promise<Package | null> {
  for (const folder of createRequire(from).resolve.paths(name) ?? []) {
    if (!existsSync(path.join(folder, name, 'package.json'))) continue;
    const real = await realpath(path.join(folder, name));
    return { name, folder: real, version: (await readManifest(real)).version ?? '' };
  }
  return null;
}

async function readManifest(folder: string): Promise<{
  version?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}> {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
}

async function readSources(folder: string): Promise<string> {
  const { stdout } = await execute('find', [path.join(folder, 'src'), '-name', '*.ts', '-exec', 'cat', '{}', '+'], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

/**
 * The SDK's declarations. Its code stays with the runner: a bundle leaves it out. Only what runs in a browser is there as
 * code, because a page is built with everything it needs.
 */
async function declareSdk(sdk: Package, modules: string): Promise<void> {
  const target = path.join(modules, SDK);
  await mkdir(target, { recursive: true });
  await Promise.all([
    emitDeclarations({ sdk, modules, target }),
    build({
      entryPoints: [path.join(sdk.folder, 'src/app/index.ts')],
      outdir: path.join(target, 'app'),
      bundle: true,
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
      logLevel: 'silent',
    }),
  ]);
  const exports = { '.': './index.js', './testing': './testing.js', './app': './app/index.js' };
  const manifest = { name: SDK, version: sdk.version, type: 'module', exports };
  await writeFile(path.join(target, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(target, 'index.js'), `throw new Error('${SDK} is provided by the runner');\n`);
}

async function emitDeclarations(given: {
  readonly sdk: Package;
  readonly modules: string;
  readonly target: string;
}): Promise<void> {
  const { sdk, modules, target } = given;
  const platform = `typescript-${process.platform}-${process.arch}`;
  const compiler = path.join(modules, '@typescript', platform, 'lib', 'tsc');
  const options = ['--declaration', '--emitDeclarationOnly', '--noEmit', 'false', '--rewriteRelativeImportExtensions'];
  const sources = ['index.ts', 'testing.ts', 'app/index.ts'].map((file) => path.join(sdk.folder, 'src', file));
  const language = ['--target', 'es2024', '--module', 'nodenext', '--moduleResolution', 'nodenext', '--skipLibCheck'];
  // Types of both worlds, because one run is quicker than two: separation is checked elsewhere.
  const lib = ['--lib', 'es2024,esnext.disposable,dom'];
  // Node's types from here too: in production the SDK's own folder holds no tools.
  const types = ['--typeRoots', path.join(modules, '@types'), '--types', 'node', '--strict'];
  const place = ['--rootDir', path.join(sdk.folder, 'src'), '--outDir', target];
  await execute(compiler, [...sources, '--ignoreConfig', ...options, ...language, ...lib, ...types, ...place], {
    cwd: sdk.folder,
  });
}
