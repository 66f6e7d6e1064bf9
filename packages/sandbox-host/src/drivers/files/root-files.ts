import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mount } from '../driver.ts';
import { type Architecture, assembleSeccompFilter } from '../seccomp/seccomp.ts';
import { placeFile } from './place-file.ts';
import { placeLibraries } from './place-libraries.ts';
import { sharedLibrariesOf } from './shared-libraries.ts';

/** The files that the root of every sandbox is made of, where other uids can read them. */
export interface RootFiles {
  readonly bubblewrapFile: string;
  readonly nodeFile: string;
  readonly seccompFile: string;
  readonly libraries: readonly Mount[];
}

/** Copies or links them below the directory. @throws Error when bubblewrap or node are not usable */
export async function placeRootFiles(given: {
  readonly directory: string;
  readonly bubblewrapFile: string;
  readonly nodeFile: string;
}): Promise<RootFiles> {
  const root = join(given.directory, 'root');
  await mkdir(root, { recursive: true, mode: 0o755 });
  const architecture: Architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const seccompFile = join(root, 'seccomp.bpf');
  await writeFile(seccompFile, assembleSeccompFilter(architecture), { mode: 0o644 });
  const nodeFile = await placeFile(given.nodeFile, root, 0o755);
  return {
    bubblewrapFile: await placeFile(given.bubblewrapFile, root, 0o755),
    nodeFile,
    seccompFile,
    libraries: await placeLibraries(sharedLibrariesOf(nodeFile), root),
  };
}
