import { createHash } from 'node:crypto';
import { chmod, copyFile, link, rename, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * Puts a file where other uids can read it, whatever directory it lies in, and returns its new path. Named after the
 * file's identity, so that an upgrade gets a new name and running sandboxes keep theirs. Linked where possible.
 */
export async function placeFile(source: string, directory: string, mode: number): Promise<string> {
  const facts = await stat(source);
  const identity = createHash('sha256').update(`${source}:${facts.size}:${facts.mtimeMs}`).digest('hex').slice(0, 12);
  const target = join(directory, `${basename(source)}-${identity}`);
  if (await exists(target)) return target;
  const readable = (facts.mode & 0o005) === 0o005 || mode === (facts.mode & 0o777);
  const linked =
    readable &&
    (await link(source, target).then(
      () => true,
      () => false,
    ));
  if (!linked) {
    const partial = `${target}.${process.pid}`;
    await copyFile(source, partial);
    await chmod(partial, mode);
    await rename(partial, target);
  }
  return target;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
