/** Caches that all processes of a test run share, as an installation keeps them between starts. */
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { openDirectories } from '@patchbay/embedded';
import { runServices } from './run-services.ts';

/** Folders of a sandbox directory that depend only on the checkout and the machine; supervisors may share them. */
const PREPARED = ['programs', 'snapshots', 'toolchain'] as const;

/**
 * Environment variable for our processes: Node caches compiled code in this folder. Empty outside of a test run:
 * benchmarks and the conformance suite start installations too, and share nothing with other processes.
 */
export function compileCache(): { readonly NODE_COMPILE_CACHE?: string } {
  if (process.env.VITEST === undefined) return {};
  return { NODE_COMPILE_CACHE: path.join(runServices().directory, 'compile-cache') };
}

/** Folder of the bundled programs, the compilers and the runner's snapshot, shared by every sandbox host of the run. */
export function preparedDirectory(): string {
  return path.join(runServices().directory, 'prepared');
}

/**
 * Links a data directory that holds no installation yet to the shared folders, so that its first start finds bundled
 * programs, compilers, the runner's snapshot and compiled code, as every later one does. Where the processes share one
 * user: the code that another user compiled is not used.
 */
export async function linkRunCaches(dataDirectory: string): Promise<void> {
  const { sandbox, shared } = await openDirectories(dataDirectory);
  await linkPrepared(sandbox);
  const { NODE_COMPILE_CACHE: compiled } = compileCache();
  if (compiled === undefined) return;
  await mkdir(compiled, { recursive: true });
  await mkdir(path.join(shared, 'compile-cache'));
  for (const name of ['keyholder', 'supervisor', 'gateway', 'worker', 'dashboard'])
    await symlink(compiled, path.join(shared, 'compile-cache', name));
}

/** Makes a sandbox directory that is linked to the shared folders, so that its supervisor starts as after a restart. */
export async function makeSandboxDirectory(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o755 });
  await linkPrepared(directory);
}

async function linkPrepared(directory: string): Promise<void> {
  for (const name of PREPARED) {
    const shared = path.join(preparedDirectory(), name);
    await mkdir(shared, { recursive: true, mode: 0o755 });
    await symlink(shared, path.join(directory, name));
  }
}
