/** What one process of a run prepares, the next one finds, as an installation finds it from start to start. */
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { runServices } from './run-services.ts';

/** Folders of a sandbox directory that follow from the checkout and the machine alone; supervisors may share them. */
const PREPARED = ['programs', 'snapshots', 'toolchain'] as const;

/** For the environment of our processes: Node keeps what it compiled there. */
export function compileCache(): { readonly NODE_COMPILE_CACHE: string } {
  return { NODE_COMPILE_CACHE: path.join(runServices().directory, 'compile-cache') };
}

/** Where every host of the run finds the bundled programs, the compilers and the runner's snapshot. */
export function preparedDirectory(): string {
  return path.join(runServices().directory, 'prepared');
}

/** Makes a sandbox directory whose supervisor starts with what those before it prepared. */
export async function makeSandboxDirectory(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o755 });
  for (const name of PREPARED) {
    const shared = path.join(preparedDirectory(), name);
    await mkdir(shared, { recursive: true, mode: 0o755 });
    await symlink(shared, path.join(directory, name));
  }
}
