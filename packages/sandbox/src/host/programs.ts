/** The programs that run inside sandboxes, bundled once per content and kept where sandboxes can read them. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ENTRIES = {
  runner: '../runner/main.ts',
  resumable: '../runner/resumable.ts',
  'resumable-version': '../runner/resumable-version.ts',
  'take-snapshot': '../builder/take-snapshot.ts',
  'take-version-snapshot': '../builder/take-version-snapshot.ts',
  probe: '../probe/probe-from-inside.ts',
  build: '../builder/build.ts',
  'check-patterns': '../builder/check-patterns.ts',
} as const;

/** The runner's protocol library makes no code from text. */
const RUNNER_ALIASES: Readonly<Record<string, string>> = {
  '@modelcontextprotocol/server/_shims': fileURLToPath(new URL('../runner/interpreting-shims.ts', import.meta.url)),
};

export type ProgramName = keyof typeof ENTRIES;
/** Where the sources lie; a packed installation gives finished `.cjs` files, because it has no sources to bundle. */
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
    const source = this.#sources[name] ?? fileURLToPath(new URL(ENTRIES[name], import.meta.url));
    const placed = place(name, source, this.#directory);
    this.#files.set(name, placed);
    return placed;
  }
}

async function place(name: ProgramName, source: string, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const code = source.endsWith('.cjs') ? await readFile(source) : await bundle(source);
  const digest = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const file = join(directory, `${name}-${digest}.cjs`);
  if (existsSync(file)) return file;
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, code, { mode: 0o644 });
  await rename(partial, file);
  return file;
}

async function bundle(entry: string): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // Names stay: they are in what authors read, and keeping them beside shorter ones costs each process more memory.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    alias: RUNNER_ALIASES,
    logLevel: 'silent',
  });
  const [output] = result.outputFiles;
  if (!output) throw new Error(`esbuild made nothing of ${entry}.`);
  return output.contents;
}
