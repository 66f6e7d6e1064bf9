import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IsolationLayer } from '@patchbay/probe';
import { BubblewrapDriver } from './bubblewrap-driver.ts';
import { findKernelLimits } from './cgroups/kernel-limits.ts';
import type { KernelLimits } from './cgroups/limit-group.ts';
import type { Mount } from './driver.ts';
import { placeFile } from './files/place-file.ts';
import { placeLibraries } from './files/place-libraries.ts';
import { sharedLibrariesOf } from './files/shared-libraries.ts';
import { type Architecture, assembleSeccompFilter } from './seccomp/seccomp.ts';

export interface BubblewrapDriverOptions {
  /** Readable by other uids; holds the root's files, the sockets and the programs. */
  readonly directory: string;
  readonly bubblewrapFile: string;
  readonly nodeFile: string;
  readonly bootId: string;
  /** Program of the self-test, bundled; undefined where another process does the test. */
  readonly probeProgramFile?: string;
  /** How many host uids this installation owns; default four for each sandbox that may live. */
  readonly uidCount?: number;
  /** Share of a core for a connector that serves; default from the limits. */
  readonly runtimeCpuCores?: number | undefined;
  /** User whose process listens for the sandboxes' requests; undefined where that is this process. */
  readonly egressUid?: number | undefined;
  /** Isolation layers left out, for the tests that show the effect of each. The supervisor has no option for this. */
  readonly without?: ReadonlySet<IsolationLayer>;
}

/** The files that the root of every sandbox is made of, where other uids can read them. */
interface RootFiles {
  readonly bubblewrapFile: string;
  readonly nodeFile: string;
  readonly seccompFile: string;
  readonly libraries: readonly Mount[];
}

/** The files, and the limits of the host's kernel. */
export interface HostParts extends RootFiles {
  readonly kernelLimits: KernelLimits | { readonly reason: string };
}

/** Prepares the root's files and finds out what this host allows. @throws Error when bubblewrap or node are not usable */
export async function createBubblewrapDriver(options: BubblewrapDriverOptions): Promise<BubblewrapDriver> {
  const files = await placeRootFiles(options);
  const kernelLimits = options.without?.has('cgroups')
    ? { reason: 'cgroups are switched off' }
    : await findKernelLimits();
  return new BubblewrapDriver(options, { ...files, kernelLimits });
}

/** Copies or links them below the directory. @throws Error when bubblewrap or node are not usable */
async function placeRootFiles(given: {
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
