/**
 * Makes what an installation serves: the tarballs `cli.tgz` and `connector.tgz`, compiled, because Node strips no types
 * below node_modules, and `bridge.mjs`, the program of its MCP bundles. The same sources make the same bytes; unchanged
 * sources make nothing.
 *
 *     node packages/cli/scripts/pack.ts DIRECTORY ORIGIN
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer as readBytes } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { pack as createPack } from 'tar-stream';
import { buildBridge } from './build-bridge.ts';
import { buildCli } from './build-cli.ts';
import { buildConnector } from './build-connector.ts';

/** Packages whose sources end up in a tarball. */
const SOURCES = [
  'api-client',
  'builder',
  'cli',
  'doctor',
  'egress',
  'embedded',
  'foundation',
  'mcp',
  'probe',
  'runner',
  'sandbox-host',
  'sandbox-protocol',
  'sdk',
];
const OUTPUTS = ['cli.tgz', 'connector.tgz', 'bridge.mjs', 'bridge-licenses.txt'];
const PACKAGES = path.resolve(import.meta.dirname, '../..');

export interface PackedTools {
  /** Whether anything had to be made. */
  readonly made: boolean;
}

/**
 * Puts the tarballs and the bridge into the directory. `origin` is written into the command line's, so that what is fetched from an
 * installation knows where it came from.
 */
export async function packTools(directory: string, origin: string): Promise<PackedTools> {
  await mkdir(directory, { recursive: true });
  const stamp = `${await hashSources()} ${origin}`;
  const stampFile = path.join(directory, 'sources.txt');
  const outputs = OUTPUTS.map((name) => path.join(directory, name));
  const known = await readFile(stampFile, 'utf8').catch(() => '');
  if (known === stamp && outputs.every((file) => existsSync(file))) return { made: false };
  // Beside the checkout's packages, so that the compilers find what these import.
  const scratch = await mkdtemp(path.join(PACKAGES, 'cli/node_modules/.pack-'));
  try {
    const built = { connector: path.join(scratch, 'connector'), cli: path.join(scratch, 'cli') };
    await Promise.all([buildConnector(built.connector), buildCli(built.cli, origin), buildBridge(scratch)]);
    for (const [name, folder] of Object.entries(built)) {
      await writeFile(path.join(scratch, `${name}.tgz`), await makeTarball(folder));
    }
    for (const name of OUTPUTS) {
      // In two steps: the scratch directory may be on another disk, and readers never see a part of a file.
      const partial = path.join(directory, `${name}.${process.pid}`);
      await copyFile(path.join(scratch, name), partial);
      await rename(partial, path.join(directory, name));
    }
    await writeFile(stampFile, stamp);
    return { made: true };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Covers every file that can change the result, and the lockfile, which pins the compiler. */
async function hashSources(): Promise<string> {
  const hash = createHash('sha256');
  const files = [path.resolve(PACKAGES, '../pnpm-lock.yaml')];
  for (const name of SOURCES) {
    for (const folder of ['src', 'bin', 'scripts', 'templates', 'package.json']) {
      files.push(...(await filesBelow(path.join(PACKAGES, name, folder))));
    }
  }
  for (const file of files)
    hash
      .update(`${path.relative(PACKAGES, file)}\0`)
      .update(await readFile(file))
      .update('\0');
  return hash.digest('hex');
}

async function filesBelow(target: string): Promise<string[]> {
  if (!existsSync(target)) return [];
  if (path.extname(target) === '.json') return [target];
  const entries = await readdir(target, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [directory, origin = 'http://localhost:4000'] = process.argv.slice(2);
  if (directory === undefined) throw new Error('usage: node packages/cli/scripts/pack.ts DIRECTORY [ORIGIN]');
  const { made } = await packTools(path.resolve(directory), origin);
  process.stdout.write(made ? `made ${OUTPUTS.join(', ')}\n` : 'unchanged\n');
}

/** The folder as npm expects a package: everything below `package/`; no times, owners or orders of the machine in it. */
async function makeTarball(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
  const archive = createPack();
  for (const name of files) {
    const content = await readFile(path.join(folder, name));
    const mode = name.startsWith('bin/') ? 0o755 : 0o644;
    archive.entry({ name: `package/${name}`, mode, mtime: new Date(0), size: content.length }, content);
  }
  archive.finalize();
  return gzipSync(await readBytes(archive), { level: 9 });
}
