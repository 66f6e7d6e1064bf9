import { randomBytes, randomUUID } from 'node:crypto';
import { access, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { readSystemError } from '@patchbay/foundation';
import { type ShredKeys, VaultError } from '@patchbay/vault';

const KEY_BYTES = 32;
/** Withheld without a key: its data keys are older than shred keys. */
const NO_KEY = Buffer.alloc(0);

/**
 * Shred keys, each in a file of its own below one directory: `keys/ID`, `withheld/ID` while its organization is deleted,
 * and an empty `destroyed/ID` afterwards. A file appears whole or not at all, and is on the disk before the request is answered.
 */
export async function openShredKeys(directory: string): Promise<ShredKeys> {
  const folder = (name: 'keys' | 'withheld' | 'destroyed') => path.join(directory, name);
  const [keys, withheld, destroyed] = [folder('keys'), folder('withheld'), folder('destroyed')];
  for (const one of [keys, withheld, destroyed]) await mkdir(one, { recursive: true, mode: 0o700 });

  async function find(id: string): Promise<Uint8Array | null> {
    const key = await readIfThere(path.join(keys, id));
    // After the key: a key that is being withheld has left its first place.
    if ((await isThere(path.join(withheld, id))) || (await isThere(path.join(destroyed, id)))) throw new VaultError();
    if (key !== null && key.length !== KEY_BYTES) throw new Error(`the shred key of ${id} is damaged`);
    return key;
  }

  async function ensure(id: string): Promise<Uint8Array> {
    const found = await find(id);
    if (found !== null) return found;
    await create(keys, id, randomBytes(KEY_BYTES));
    const key = await find(id);
    if (key === null) throw new VaultError();
    return key;
  }

  return {
    find,
    ensure,
    async withhold(id) {
      if (await isThere(path.join(destroyed, id))) return;
      if (await moveIfThere(path.join(keys, id), path.join(withheld, id))) return syncAll(withheld, keys);
      await create(withheld, id, NO_KEY);
    },
    async release(id) {
      if (await isThere(path.join(destroyed, id))) throw new VaultError();
      const key = await readIfThere(path.join(withheld, id));
      if (key === null) return;
      if (key.length === 0) await rm(path.join(withheld, id));
      else await rename(path.join(withheld, id), path.join(keys, id));
      await syncAll(keys, withheld);
    },
    async destroy(id) {
      // First, so that a keyholder that is killed here opens nothing and makes no other key.
      await create(destroyed, id, NO_KEY);
      for (const one of [keys, withheld]) await overwrite(path.join(one, id));
      await syncAll(keys, withheld);
    },
  };
}

/** Leaves a file that is there already. */
async function create(directory: string, name: string, content: Uint8Array): Promise<void> {
  const temporary = path.join(directory, `.${randomUUID()}`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path.join(directory, name));
  } catch (error) {
    if (readSystemError(error).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary);
  }
  await syncAll(directory);
}

/** Overwrites what the disk lets be overwritten; a disk that writes elsewhere keeps the old block until it is used again. */
async function overwrite(file: string): Promise<void> {
  const handle = await open(file, 'r+').catch((error: unknown) => {
    if (readSystemError(error).code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return;
  try {
    await handle.write(randomBytes(KEY_BYTES), 0, KEY_BYTES, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rm(file, { force: true });
}

async function syncAll(...directories: readonly string[]): Promise<void> {
  for (const directory of directories) {
    const handle = await open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

async function readIfThere(file: string): Promise<Buffer | null> {
  return readFile(file).catch((error: unknown) => {
    if (readSystemError(error).code === 'ENOENT') return null;
    throw error;
  });
}

async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (readSystemError(error).code === 'ENOENT') return false;
    throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (readSystemError(error).code === 'ENOENT') return false;
    throw error;
  }
}
