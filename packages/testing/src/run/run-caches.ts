/** Caches that all processes of a test run share, as an installation keeps them between starts. */
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
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

/** Makes a sandbox directory that is linked to the shared folders, so that its supervisor starts as after a restart. */
export async function makeSandboxDirectory(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o755 });
  for (const name of PREPARED) {
    const shared = path.join(preparedDirectory(), name);
    await mkdir(shared, { recursive: true, mode: 0o755 });
    await symlink(shared, path.join(directory, name));
  }
}
