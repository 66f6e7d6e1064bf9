/**
 * How a sandbox is started, with any kind of isolation. bubblewrap now; gVisor or Kata can implement the same (ADR 22).
 */
import type { Duplex, Readable } from 'node:stream';
import type { ProfileName, SandboxProfile } from '../bounds/limits.ts';

export interface Mount {
  readonly source: string;
  /** Absolute path inside. Always read-only: only the profile's scratch is writable. */
  readonly target: string;
}

export interface SandboxSpec {
  readonly sandboxId: string;
  readonly profile: ProfileName;
  /** The CJS program node runs. */
  readonly programFile: string;
  /** A startup snapshot of that program, to resume from instead of loading it. */
  readonly snapshotFile?: string;
  /**
   * Whether its code may use dynamic code evaluation: for the build's programs, and connectors whose settings allow it.
   */
  readonly codeGeneration?: boolean;
  /** No call waits for it: it yields the processor to other processes until it is assigned. */
  readonly isBackground?: boolean;
  readonly mounts: readonly Mount[];
  /** Links made in the sandbox's root: path inside → what it points to. */
  readonly links?: Readonly<Record<string, string>>;
}

/** A started process tree, without the streams that its bytes travel on. */
export interface StartedSandbox {
  readonly sandboxId: string;
  /**
   * Pid of the process on this host that ends with the sandbox: the program itself, or the process that runs its
   * kernel.
   */
  readonly pid: number;
  /** Limits of its resources. */
  readonly profile: SandboxProfile;
  /**
   * Where the egress proxy must listen for this sandbox, which finds it as /run/egress.sock: bound into its root, or
   * forwarded to by the driver. The directory exists and is readable by this sandbox only.
   */
  readonly egressSocketPath: string;
  /** Resolves once, when the process tree is gone. */
  readonly exited: Promise<SandboxExit>;
}

/** A started process tree, not yet assigned. */
export interface SandboxProcess extends StartedSandbox {
  /** The other end of the program's descriptor 3, however its bytes get there. */
  readonly link: Duplex;
  readonly stdout: Readable;
  readonly stderr: Readable;
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
  readonly isolation: { readonly state: 'complete' | 'missing' | 'off'; readonly missing: readonly string[] };
  readonly limits: { readonly state: 'full' | 'reduced' | 'off'; readonly reasons: readonly string[] };
}

export interface SandboxDriver {
  readonly name: string;
  /** Starts a process that waits for its assignment. */
  start(spec: SandboxSpec): Promise<SandboxProcess>;
  /** Hands over everything the process will ever be: one frame, once. */
  assign(sandbox: SandboxProcess, frame: Buffer): void;
  /** Kills the process tree and removes what belonged to it. Resolves when it is gone. */
  stop(sandbox: SandboxProcess): Promise<void>;
  stats(sandbox: SandboxProcess): Promise<SandboxStats>;
  /** The kernel's own account of the process: the text of `/proc/PID/status`, empty when it is gone. @see proc(5) */
  kernelStatus(sandbox: SandboxProcess): Promise<string>;
  /** Starts one sandbox and probes the isolation layers from inside. */
  probe(): Promise<ProbeReport>;
  /** Removes what earlier boots of a supervisor left: processes, cgroups, directories. */
  removeLeftovers(): Promise<void>;
}
