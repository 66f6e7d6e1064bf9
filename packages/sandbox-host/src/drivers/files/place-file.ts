import { createHash } from 'node:crypto';
import { chmod, copyFile, link, rename, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * Copies a file from any directory to one that other uids can read, and returns its new path. Named after the file's
 * identity, so that an upgrade gets a new name and running sandboxes keep theirs. Linked where possible.
 */
export async function placeFile(source: string, directory: string, mode: number): Promise<string> {
  const facts = await stat(source);
  const identity = createHash('sha256').update(`${source}:${facts.size}:${facts.mtimeMs}`).digest('hex').slice(0, 12);
  const target = join(directory, `${basename(source)}-${identity}`);
  if (await exists(target)) return target;
  if (!(await linkReadable(source, target, mode))) {
    const partial = `${target}.${process.pid}`;
    await copyReadable(source, partial, mode);
    await rename(partial, target);
  }
  return target;
}

/** False where other users may not read the file, or it is on another file system. */
export async function linkReadable(source: string, target: string, mode: number): Promise<boolean> {
  const found = (await stat(source)).mode;
  if ((found & 0o005) !== 0o005 && (found & 0o777) !== mode) return false;
  return link(source, target).then(
    () => true,
    () => false,
  );
}

export async function copyReadable(source: string, target: string, mode: number): Promise<void> {
  await copyFile(source, target);
  await chmod(target, mode);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
