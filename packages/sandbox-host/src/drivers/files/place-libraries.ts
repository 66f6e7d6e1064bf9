import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Mount } from '../driver.ts';
import { copyReadable, linkReadable } from './place-file.ts';

/**
 * Lays libraries out as the loader looks for them, in a directory that holds nothing else, and returns what to mount: one
 * directory for each name directly below the root instead of every file, because a start pays for each of its mounts.
 */
export async function placeLibraries(libraries: readonly Mount[], directory: string): Promise<Mount[]> {
  const tree = join(directory, `libraries-${await identityOf(libraries)}`);
  if (!existsSync(tree)) await layOut(libraries, tree);
  const tops = new Set(libraries.map(({ target }) => target.split('/')[1] ?? ''));
  return [...tops].map((top) => ({ source: join(tree, top), target: `/${top}` }));
}

async function layOut(libraries: readonly Mount[], tree: string): Promise<void> {
  const partial = `${tree}.${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  for (const { source, target } of libraries) {
    const place = join(partial, target);
    await mkdir(dirname(place), { recursive: true, mode: 0o755 });
    const mode = ((await stat(source)).mode & 0o777) | 0o444;
    if (!(await linkReadable(source, place, mode))) await copyReadable(source, place, mode);
  }
  try {
    await rename(partial, tree);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(tree)) throw error; // else another supervisor was faster
  }
}

/** An upgraded library gets a new place, and running sandboxes keep theirs. */
async function identityOf(libraries: readonly Mount[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { source, target } of libraries) {
    const { size, mtimeMs } = await stat(source);
    hash.update(`${target}:${source}:${size}:${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 12);
}
