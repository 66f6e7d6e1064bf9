/** The programs that run inside sandboxes, bundled once per content and kept where sandboxes can read them. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { readSystemError } from '@patchbay/foundation';
import { build, version } from 'esbuild';
import { z } from 'zod';

const ENTRIES = {
  runner: '@patchbay/runner/main',
  resumable: '@patchbay/runner/resumable',
  'resumable-version': '@patchbay/runner/resumable-version',
  'take-snapshot': '@patchbay/builder/take-snapshot',
  'take-version-snapshot': '@patchbay/builder/take-version-snapshot',
  probe: '@patchbay/probe/probe-from-inside',
  build: '@patchbay/builder/build',
  'check-patterns': '@patchbay/builder/check-patterns',
} as const;

/** By their packages: nothing here loads what runs inside. */
const resolver = createRequire(import.meta.url);

const OPTIONS = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  // Names stay: they are in what authors read, and keeping them beside shorter ones costs each process more memory.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'silent',
} as const;

export type ProgramName = keyof typeof ENTRIES;
/** The path of the sources; a packed installation has finished `.cjs` files, because it has no sources to bundle. */
export type ProgramSources = Partial<Readonly<Record<ProgramName, string>>>;

/** Bundles each program to one CJS file when it is first asked for. Unchanged content keeps its file. */
export class Programs {
  readonly #directory: string;
  readonly #sources: ProgramSources;
  readonly #files = new Map<ProgramName, Promise<string>>();

  constructor(directory: string, sources: ProgramSources = {}) {
    this.#directory = join(directory, 'programs');
    this.#sources = sources;
  }

  /** The path of the bundle. @throws Error of esbuild when a source does not compile */
  file(name: ProgramName): Promise<string> {
    const known = this.#files.get(name);
    if (known) return known;
    const source = this.#sources[name] ?? resolver.resolve(ENTRIES[name]);
    const placed = place(name, source, this.#directory);
    this.#files.set(name, placed);
    return placed;
  }
}

async function place(name: ProgramName, source: string, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  if (source.endsWith('.cjs')) return write(name, await readFile(source), directory);
  const recordFile = join(directory, `${name}.made.json`);
  const known = await readMade(recordFile);
  if (known !== null && (await digestOf(known.inputs)) === known.digest) {
    const file = join(directory, known.file);
    if (existsSync(file)) return file;
  }
  const { code, inputs } = await bundle(source);
  const file = await write(name, code, directory);
  const made: Made = { file: basename(file), inputs, digest: await digestOf(inputs) };
  await replaceFile(recordFile, JSON.stringify(made));
  return file;
}

async function write(name: ProgramName, code: Uint8Array, directory: string): Promise<string> {
  const digest = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const file = join(directory, `${name}-${digest}.cjs`);
  if (!existsSync(file)) await replaceFile(file, code);
  return file;
}

async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, content, { mode: 0o644 });
  await rename(partial, file);
}

/** Which bundle was made of which files: bundling takes a second of a start, reading its sources a hundredth. */
const madeRecord = z.object({ file: z.string(), inputs: z.array(z.string()), digest: z.string() });
type Made = z.output<typeof madeRecord>;

/** null: none, or an unreadable one, and the bundle is made again. */
async function readMade(recordFile: string): Promise<Made | null> {
  const text = await readFile(recordFile, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return madeRecord.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** SHA-256 over the options, the compiler's version and the sources. */
async function digestOf(inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([version, OPTIONS]));
  const contents = await Promise.all(inputs.map(readOrNothing));
  for (const [index, content] of contents.entries()) hash.update(`\0${inputs[index]}\0`).update(content);
  return hash.digest('hex');
}

async function readOrNothing(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    if (readSystemError(error).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

async function bundle(entry: string): Promise<{ code: Uint8Array; inputs: string[] }> {
  // The runner's protocol library without dynamic code evaluation.
  const alias = { '@modelcontextprotocol/server/_shims': resolver.resolve('@patchbay/runner/interpreting-shims') };
  const input = { entryPoints: [entry], absWorkingDir: '/', alias };
  const result = await build({ ...OPTIONS, ...input, write: false, metafile: true });
  const [output] = result.outputFiles;
  if (!output) throw new Error(`esbuild made nothing of ${entry}.`);
  const sources = Object.keys(result.metafile.inputs).map((file) => join('/', file));
  // A manifest determines the file of an import, so it is an input of the bundle.
  const manifests = new Set(sources.flatMap(manifestOf));
  return { code: output.contents, inputs: [...sources, ...manifests].sort() };
}

function manifestOf(source: string): string[] {
  for (let folder = dirname(source); folder !== '/'; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return [manifest];
  }
  return [];
}
