import type { IsolationLayer } from '@patchbay/probe';
import type { SandboxProfile } from '../bounds/limits.ts';
import type { Mount } from './driver.ts';
import { nodeFlags } from './node-flags.ts';

/** Descriptors of the child. 3 is the link; bubblewrap reads 4, writes 5, waits for a byte on 6 and for the end of 7. */
export const DESCRIPTORS = { link: 3, seccomp: 4, info: 5, block: 6, further: 7 } as const;

export interface BubblewrapInputs {
  readonly profile: SandboxProfile;
  readonly nodeFile: string;
  /** Paths of the shared libraries that node needs, and nothing else. */
  readonly libraries: readonly Mount[];
  readonly programFile: string;
  readonly snapshotFile: string | undefined;
  readonly codeGeneration: boolean;
  readonly mounts: readonly Mount[];
  readonly links: Readonly<Record<string, string>>;
  /** Directory that holds the egress socket. */
  readonly socketDirectory: string;
  readonly without: ReadonlySet<IsolationLayer>;
}

/**
 * The command line of one sandbox.
 *
 * No shell, no /proc, no /sys, no certificates, no writable place but the sized scratch. `--dev` is not used: it brings an
 * unsized tmpfs; the two devices needed are bound one by one. Root is remounted read-only last.
 */
export function bubblewrapArguments(inputs: BubblewrapInputs): string[] {
  const { profile, libraries, mounts, without } = inputs;
  const unless = (layer: IsolationLayer, ...given: string[]) => (without.has(layer) ? [] : given);
  const bind = (mount: Mount) => ['--ro-bind', mount.source, mount.target];
  const { snapshotFile } = inputs;
  const program = snapshotFile
    ? { source: snapshotFile, target: '/runner/program.blob' }
    : { source: inputs.programFile, target: '/runner/program.cjs' };
  const resume = snapshotFile ? [...KEPT_HASHES, '--snapshot-blob', program.target] : [];
  return [
    // Waits for the host before it makes anything: until then it is put into its cgroups, where its children are born.
    ...['--args', String(DESCRIPTORS.further)],
    ...['--unshare-user', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup', '--die-with-parent', '--new-session'],
    ...unless('own processes', '--unshare-pid', '--as-pid-1'),
    ...unless('own network', '--unshare-net'),
    ...unless('empty environment', '--clearenv', '--setenv', 'PATH', '/'),
    ...['--hostname', 'sandbox', '--uid', '1000', '--gid', '1000'],
    ...(without.has('no capabilities') ? ['--cap-add', 'ALL'] : ['--cap-drop', 'ALL']),
    ...unless('no nested namespaces', '--disable-userns'),
    ...(without.has('own root') ? HOST_FILES.flatMap(bind) : []),
    ...libraries.flatMap(bind),
    ...bind(program),
    ...mounts.flatMap(bind),
    ...Object.entries(inputs.links).flatMap(([path, target]) => ['--symlink', target, path]),
    ...['--dev-bind', '/dev/null', '/dev/null', '--dev-bind', '/dev/urandom', '/dev/urandom'],
    ...unless('sized scratch', '--size', String(profile.scratch.bytes)),
    ...['--tmpfs', profile.scratch.path],
    ...bind({ source: inputs.socketDirectory, target: '/run' }),
    ...['--chdir', profile.scratch.path],
    ...unless('read-only root', '--remount-ro', '/'),
    ...unless('seccomp', '--seccomp', String(DESCRIPTORS.seccomp)),
    // Waits for the host before anything runs: what can only be limited once it exists is limited then.
    ...['--info-fd', String(DESCRIPTORS.info), '--block-fd', String(DESCRIPTORS.block)],
    ...['--', '/node', ...nodeFlags(inputs), ...FEW_THREADS, ...resume, '/runner/program.cjs', '/run/egress.sock'],
  ];
}

/**
 * The last arguments of bubblewrap, sent once it is limited: the path of its program. A supervisor that dies before
 * that closes the descriptor, which ends the list as well; without a program nothing runs unwatched.
 */
export function lastArguments(nodeFile: string): string {
  return ['--ro-bind', nodeFile, '/node'].map((argument) => `${argument}\0`).join('');
}

/**
 * A share of one core has no work for four of V8's helpers, and the signal that a thread of Node's waits for is never
 * sent.
 */
const FEW_THREADS = ['--v8-pool-size=1', '--disable-sigusr1'];

/**
 * With the hash seed of the day the snapshot was taken. Another one for each process would rehash all of its tables, a
 * fifth of a start; a flood of tables slows down only its own connector, within its share of the CPU.
 */
const KEPT_HASHES = ['--no-rehash-snapshot'];

/** The root file system of a sandbox without a root of its own. */
const HOST_FILES = ['/etc', '/proc'].map((path) => ({ source: path, target: path }));

/** Arguments of prlimit(1), which runs bubblewrap. `processes` is null where the uid is shared with others. */
export function rlimitArguments(profile: SandboxProfile, own: { uid: boolean; memory: boolean }): string[] {
  return [
    `--nofile=${profile.openFiles}`,
    `--fsize=${profile.fileBytes}`,
    '--core=0',
    // The kernel counts processes per uid: among others of the same uid it would be their limit too.
    ...(own.uid ? [`--nproc=${profile.processes}`] : []),
    // Address space cannot be bounded under V8, data can, coarsely: second line where no cgroup counts memory.
    ...(own.memory ? [] : [`--data=${Math.max(profile.memoryBytes * 6, 1024 ** 3)}`]),
  ];
}
