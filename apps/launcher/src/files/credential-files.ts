import { access, chmod, chown, constants, copyFile, mkdir, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { credentialDirectories, type Directories, type ServiceUid } from '@patchbay/embedded';
import type { AppName } from '../processes/process-environment.ts';
import type { ServiceUsers } from '../processes/service-users.ts';

/** Variables that name a file which only root may read, from any provider. */
const SECRET_FILES = [
  'MASTER_KEY_FILE',
  'AUTH_SECRET_FILE',
  'SUPERVISOR_TLS_CA_FILE',
  'SUPERVISOR_TLS_CERT_FILE',
  'SUPERVISOR_TLS_KEY_FILE',
] as const;

/**
 * Copies of the key files that each process reads, for its user alone and in memory: the originals stay root's, and no
 * key reaches the disk of the data. systemd hands credentials to its services in the same manner.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html (LoadCredential)
 */
export class CredentialFiles {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Removes the files of a killed start. The last directory is created here: one of another user is refused.
   *
   * @returns null where all processes run as the user of the start, who reads the originals
   */
  static async open(directories: Directories, users: ServiceUsers): Promise<CredentialFiles | null> {
    if (users.gateway === null) return null;
    // Others cannot enter the directories of the launcher, so a machine without one in memory keeps them beside the sockets.
    const directory = (await inMemory(directories.shared)) ?? path.join(directories.shared, 'credentials');
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { mode: 0o711 });
    return new CredentialFiles(directory);
  }

  /** The environment with the copies in place of the originals; created at each start of the process. */
  async hand(name: AppName, user: ServiceUid, environment: Record<string, string>): Promise<Record<string, string>> {
    const directory = path.join(this.#directory, name);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { mode: 0o700 });
    const changed = { ...environment };
    for (const variable of SECRET_FILES) {
      const original = environment[variable];
      if (original === undefined) continue;
      const copy = path.join(directory, variable.toLowerCase());
      await copyFile(original, copy);
      await chown(copy, user.uid, user.gid);
      await chmod(copy, 0o400);
      changed[variable] = copy;
    }
    await chown(directory, user.uid, user.gid);
    return changed;
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}

const IN_MEMORY = new Set([0x01021994, 0x858458f6]); // tmpfs, ramfs: see statfs(2)

/** null on a machine that lets nothing be written to a file system in memory. */
async function inMemory(shared: string): Promise<string | null> {
  for (const directory of credentialDirectories(shared)) {
    const parent = path.dirname(directory);
    const found = await statfs(parent).catch(() => null);
    if (found === null || !IN_MEMORY.has(found.type)) continue;
    const isWritable = await access(parent, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (isWritable) return directory;
  }
  return null;
}
