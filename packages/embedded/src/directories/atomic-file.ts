import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a complete file or nothing: a reader, or a start after a power cut, sees the old content or the new one.
 * Mode 0600: everything written with it is for the owner alone.
 */
export async function writeFileAtomically(file: string, content: string): Promise<void> {
  const fresh = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(4).toString('hex')}`);
  try {
    const handle = await open(fresh, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    // Errors of a write name no file, and a person needs to know which disk is full.
    throw error instanceof Error && !('path' in error) ? Object.assign(error, { path: file }) : error;
  }
}
