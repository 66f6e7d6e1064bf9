import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { AppError } from '@patchbay/foundation';
import type { SandboxSpec } from '../driver.ts';

/** Where mounts appear inside: the directories of the runner, of packages and of the compiler, and nowhere else. */
const TARGET = /^\/(store|toolchain|runner\/[a-z.-]{1,64})$/;
/** The type checker finds itself by this link. */
const LINK = /^\/proc\/self\/exe$/;

/**
 * Refuses a sandbox that would see anything but files below the roots that the operator configured, at the places that
 * such files have. The paths are resolved first, so that no link leads out.
 *
 * @throws AppError `sandbox.start_failed`
 */
export async function checkMounts(spec: SandboxSpec, roots: readonly string[]): Promise<void> {
  const sources = [spec.programFile, ...(spec.snapshotFile ? [spec.snapshotFile] : [])];
  for (const { source, target } of spec.mounts) {
    if (!TARGET.test(target)) throw refused(`${target} is not a place for a mount`);
    sources.push(source);
  }
  for (const [path, target] of Object.entries(spec.links ?? {})) {
    if (!LINK.test(path) || !target.startsWith('/toolchain/')) throw refused(`${path} is not a place for a link`);
  }
  const allowed = await Promise.all(roots.map((root) => realpath(root)));
  for (const source of sources) {
    const real = await realpath(source).catch(() => {
      throw refused(`${source} does not exist`);
    });
    if (!allowed.some((root) => real.startsWith(`${root}${sep}`) || real === root)) {
      throw refused(`${source} is outside of the directories that sandboxes may see`);
    }
  }
}

function refused(reason: string): AppError {
  return new AppError('sandbox.start_failed', { internal: `the spawner refused: ${reason}` });
}
