/** How a sandbox is started, whatever makes its walls. bubblewrap now; gVisor or Kata can implement the same (ADR 22). */
import type { Duplex, Readable } from 'node:stream';
import type { ProfileName, SandboxProfile } from '../bounds/limits.ts';

export interface Mount {
  readonly source: string;
  /** Absolute path inside. Always read-only: the profile's scratch is the one writable place. */
  readonly target: string;
}

export interface SandboxSpec {
  readonly sandboxId: string;
  readonly profile: ProfileName;
  /** The CJS program node runs. */
  readonly programFile: string;
  /** A startup snapshot of that program, to resume from instead of loading it. */
  readonly snapshotFile?: string;
  /** Whether its code may make code from text: of the build's programs, and of connectors that were allowed to. */
  readonly codeGeneration?: boolean;
  /** Nobody waits for it: it leaves the processor to those who do, until it is specialised. */
  readonly isBackground?: boolean;
  readonly mounts: readonly Mount[];
  /** Links made in the sandbox's root: path inside → what it points to. */
  readonly links?: Readonly<Record<string, string>>;
}

/** A started process tree, not yet anybody's. */
export interface SandboxProcess {
  readonly sandboxId: string;
  /** Of the process on this host that ends with the sandbox: the program itself, or what runs its kernel. */
  readonly pid: number;
  /** The other end of the program's descriptor 3, however its bytes get there. */
  readonly link: Duplex;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** What it may use. */
  readonly profile: SandboxProfile;
  /**
   * Where the egress proxy must listen for this sandbox, which finds it as /run/egress.sock: bound into its root, or
   * forwarded to by the driver. The directory exists and is readable by this sandbox only.
   */
  readonly egressSocketPath: string;
  /** Resolves once, when the process tree is gone. */
  readonly exited: Promise<SandboxExit>;
  /** Gives the socket file to the sandbox's uid; call after the proxy listens. */
  openEgress(): Promise<void>;
}

export interface SandboxExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The limit that it passed and was ended for. */
  readonly exceeded: ExceededLimit | null;
}

export type ExceededLimit = 'memory' | 'cpu' | 'processes' | 'files';

export interface SandboxStats {
  readonly memoryBytes: number | null;
  readonly peakMemoryBytes: number | null;
}

export interface ProbeReport {
  readonly walls: { readonly state: 'complete' | 'missing' | 'off'; readonly missing: readonly string[] };
  readonly limits: { readonly state: 'full' | 'reduced' | 'off'; readonly reasons: readonly string[] };
}

export interface SandboxDriver {
  readonly name: string;
  /** Starts a process that waits for its specialisation. */
  start(spec: SandboxSpec): Promise<SandboxProcess>;
  /** Hands over everything the process will ever be: one frame, once. */
  specialise(sandbox: SandboxProcess, frame: Buffer): void;
  /** Kills the whole tree and removes what belonged to it. Resolves when it is gone. */
  stop(sandbox: SandboxProcess): Promise<void>;
  stats(sandbox: SandboxProcess): Promise<SandboxStats>;
  /** Starts one sandbox and tries the walls from inside. */
  probe(): Promise<ProbeReport>;
  /** Removes what earlier boots of a supervisor left: processes, cgroups, directories. */
  removeLeftovers(): Promise<void>;
}
