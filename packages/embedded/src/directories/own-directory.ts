import { chmod, lstat, mkdir } from 'node:fs/promises';
import { AppError } from '@patchbay/foundation';

/**
 * Makes a directory of a predictable name below the first parent that can be written, and refuses one of another user:
 * all users may write to some of these parents. Started as root, other accounts may enter it; else it is for this user
 * alone.
 *
 * @throws AppError start.directory_unusable, or the last system error when no parent can be written
 */
export async function makeOwnDirectory(candidates: readonly string[]): Promise<string> {
  const mode = process.getuid?.() === 0 ? 0o755 : 0o700;
  let refusal: unknown;
  for (const directory of candidates) {
    try {
      await mkdir(directory, { recursive: true, mode });
    } catch (error) {
      refusal = error;
      continue;
    }
    const found = await lstat(directory);
    if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
      throw new AppError('start.directory_unusable', {
        detail: `${directory} exists and belongs to another user, or others may write to it.`,
      });
    }
    await chmod(directory, mode);
    return directory;
  }
  throw refusal;
}
