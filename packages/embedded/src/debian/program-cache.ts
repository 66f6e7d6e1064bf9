import { homedir } from 'node:os';
import path from 'node:path';
import { makeOwnDirectory } from '../directories/own-directory.ts';

/**
 * Where programs that are not installed are unpacked: once for this account, whatever checkout or command needs them.
 * Started as root it is a directory that other accounts can enter, because services run under accounts of their own.
 *
 * @throws AppError start.directory_unusable, or a system error when nothing can be written
 */
export function openProgramCache(): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const own = uid === 0 ? ['/var/cache/patchbay'] : homeCaches();
  return makeOwnDirectory([...own, `/var/tmp/patchbay-programs-${uid}`]);
}

/** Accounts such as `nobody` have a home directory that does not exist, or none at all. */
function homeCaches(): string[] {
  try {
    return [path.join(homedir(), '.cache/patchbay')];
  } catch {
    return [];
  }
}
