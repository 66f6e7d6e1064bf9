import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { buffer as readBytes } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { AppError } from '@patchbay/foundation';
import { DEPLOY_LIMITS, formatLimit } from '@patchbay/foundation/limits';
import ignore, { type Ignore } from 'ignore';
import { pack as createPack } from 'tar-stream';

/** Never part of a connector's source, regardless of .gitignore. `.env` because it holds secrets. */
const ALWAYS_IGNORED = ['.git/', 'node_modules/', '.patchbay/', '.env', '.env.*', '.npmrc', '.DS_Store'];
/** The installation refuses more; checked here before the upload. */
const ARCHIVE_BYTES_MAX = DEPLOY_LIMITS.source.value;
const FILES_MAX = DEPLOY_LIMITS.sourceFiles.value;

export interface PackedSource {
  /** tar.gz; the same bytes for the same files. */
  readonly archive: Uint8Array<ArrayBuffer>;
  readonly files: readonly string[];
}

/**
 * The folder as an archive, without what its .gitignore files name. Symbolic links are left out: the installation takes none.
 *
 * @throws AppError cli.source_too_large
 */
export async function packSource(directory: string): Promise<PackedSource> {
  const files = await collect(directory, '', []);
  files.sort();
  const archive = createPack();
  for (const name of files) {
    const content = await readFile(path.join(directory, name));
    archive.entry({ name, mode: 0o644, mtime: new Date(0), size: content.length }, content);
  }
  archive.finalize();
  const tar = await readBytes(archive);
  const zipped = Uint8Array.from(gzipSync(tar, { level: 6 }));
  if (zipped.byteLength > ARCHIVE_BYTES_MAX) {
    throw new AppError('cli.source_too_large', {
      detail: `${files.length} files make ${(zipped.byteLength / 1_048_576).toFixed(1)} MiB packed; ${formatLimit(DEPLOY_LIMITS.source)} is the limit. Largest: ${await largest(directory, files)}.`,
    });
  }
  return { archive: zipped, files };
}

interface Rules {
  /** The folder of the .gitignore, relative to the root, with a slash at its end. */
  readonly base: string;
  readonly matcher: Ignore;
}

async function collect(root: string, folder: string, outer: readonly Rules[]): Promise<string[]> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true });
  const own = entries.some((entry) => entry.name === '.gitignore' && entry.isFile())
    ? [{ base: folder, matcher: ignore().add(await readFile(path.join(root, folder, '.gitignore'), 'utf8')) }]
    : [];
  const rules = [...outer, ...own];
  const found: string[] = [];
  for (const entry of entries) {
    const name = `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`;
    if (isIgnored(name, rules)) continue;
    if (entry.isDirectory()) found.push(...(await collect(root, name, rules)));
    else if (entry.isFile()) found.push(name);
    if (found.length > FILES_MAX) {
      throw new AppError('cli.source_too_large', { detail: `There are more than ${FILES_MAX} files.` });
    }
  }
  return found;
}

const always = ignore().add(ALWAYS_IGNORED);

/** As git decides: the innermost .gitignore with a matching pattern wins. */
function isIgnored(name: string, rules: readonly Rules[]): boolean {
  if (always.ignores(name)) return true;
  for (const { base, matcher } of rules.toReversed()) {
    const { ignored, unignored } = matcher.test(name.slice(base.length));
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}

async function largest(directory: string, files: readonly string[]): Promise<string> {
  const sizes = await Promise.all(
    files.map(async (name) => ({ name, bytes: (await stat(path.join(directory, name))).size })),
  );
  sizes.sort((one, other) => other.bytes - one.bytes);
  return sizes
    .slice(0, 3)
    .map(({ name, bytes }) => `${name} (${(bytes / 1_048_576).toFixed(1)} MiB)`)
    .join(', ');
}
