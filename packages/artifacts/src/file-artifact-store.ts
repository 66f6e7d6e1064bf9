import { createHash, randomUUID } from 'node:crypto';
import { access, chmod, type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, DISK_RESERVE_SHARE, isBelowShare, readDiskSpace } from '@patchbay/foundation';
import { type ArtifactStore, addressOf, type Digest, folderOf, pathOf } from './artifact-store.ts';
import { sizeLimited } from './size-limited.ts';
import { digestOf, verified } from './verified.ts';

/**
 * Files below one directory: `<organization>/<hex digest>`, mode 0440. A file appears under its name by rename after
 * its bytes and its directory are on disk, so that a reader never sees half of one and a crash leaves none. Nothing is
 * stored into the last share of a disk.
 */
export function createFileArtifactStore(options: { readonly directory: string }): ArtifactStore {
  const { directory } = options;
  const incoming = path.join(directory, '.incoming');

  return {
    async put(organizationId, content, { bytesMax }) {
      const folder = path.join(directory, folderOf(organizationId));
      const temporary = path.join(incoming, randomUUID());
      try {
        await makeFolder(incoming);
        await makeFolder(folder);
        await refuseWhenFull(directory);
        const stored = await writeDurably(temporary, sizeLimited(content, bytesMax));
        await rename(temporary, path.join(directory, pathOf({ organizationId, digest: stored.digest })));
        await syncDirectory(folder);
        return stored;
      } catch (error) {
        await rm(temporary, { force: true });
        throw asStoreError(error);
      }
    },

    async get(address) {
      try {
        return verified(address, await readFile(path.join(directory, pathOf(address))));
      } catch (error) {
        throw asStoreError(error);
      }
    },

    async has(address) {
      return access(path.join(directory, pathOf(address))).then(
        () => true,
        (error) => {
          if (codeOf(error) === 'ENOENT') return false;
          throw asStoreError(error);
        },
      );
    },

    async remove(address) {
      await rm(path.join(directory, pathOf(address)), { force: true });
    },

    async *list() {
      for (const folder of await namesIn(directory)) {
        if (addressOf(`${folder}/${NO_DIGEST}`) === null) continue;
        for (const file of await namesIn(path.join(directory, folder))) {
          const address = addressOf(`${folder}/${file}`);
          const storedAt = address === null ? null : await changedAt(path.join(directory, folder, file));
          if (address !== null && storedAt !== null) yield { ...address, storedAt };
        }
      }
    },

    async removeUnfinished(before) {
      for (const name of await namesIn(incoming)) {
        const begun = await changedAt(path.join(incoming, name));
        if (begun !== null && begun < before) await rm(path.join(incoming, name), { force: true });
      }
    },

    async ping() {
      await makeFolder(directory);
      await access(directory);
    },
  };
}

const NO_DIGEST = '0'.repeat(64);

/** The group may write there too, regardless of the umask: gateway and worker run as two users of one group. */
async function makeFolder(directory: string): Promise<void> {
  const made = await mkdir(directory, { recursive: true, mode: 0o770 });
  if (made !== undefined) await chmod(directory, 0o770);
}

/** Empty when the directory is not there. */
async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw asStoreError(error);
  }
}

/** Null when it went meanwhile. */
async function changedAt(file: string): Promise<Date | null> {
  try {
    return (await stat(file)).mtime;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw asStoreError(error);
  }
}

async function writeDurably(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ digest: Digest; bytes: number }> {
  const handle = await open(file, 'wx', 0o440);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of chunks) {
      hash.update(chunk);
      await writeAll(handle, chunk);
      bytes += chunk.byteLength;
    }
    await handle.sync();
    return { digest: digestOf(hash), bytes };
  } finally {
    await handle.close();
  }
}

/** `write` may take less than it was given; the rest is then refused with the reason, such as a full disk. */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength; ) {
    const { bytesWritten } = await handle.write(chunk, offset);
    offset += bytesWritten;
  }
}

/** The new name itself is durable only after its directory is synced. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The last share of the disk is for what calls write beside this store. */
async function refuseWhenFull(directory: string): Promise<void> {
  const space = await readDiskSpace(directory);
  if (isBelowShare(space, DISK_RESERVE_SHARE)) {
    throw new AppError('artifacts.no_space', {
      detail: 'Less than 1 % of the disk of the artifact store is free, and calls need that.',
      internal: `${space.freeBytes} of ${space.totalBytes} bytes free below ${directory}`,
    });
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function asStoreError(error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  if (code === 'ENOENT') return new AppError('artifacts.not_found', { cause: error });
  if (FULL.has(code)) return new AppError('artifacts.no_space', { cause: error, internal: code });
  return new AppError('artifacts.unavailable', { cause: error, internal: code });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]/.test(error.code)
    ? error.code
    : undefined;
}
