/** Every bound of the sandbox side in one place. Measured reasons: the sandbox paper's defaults and its escape checklist. */

export interface SandboxProfile {
  /** Bytes the process tree may hold, the sized tmpfs included (its pages count). */
  readonly memoryBytes: number;
  /** V8 old space and young generation, in MiB. */
  readonly heapMebibytes: number;
  readonly semiSpaceMebibytes: number;
  readonly processes: number;
  /** Share of one core: 0.5 = half. */
  readonly cpuCores: number;
  /** CPU time of the process tree within any minute, in milliseconds; two cores for half a minute are as much as one. */
  readonly cpuMsPerMinute: number;
  readonly openFiles: number;
  readonly fileBytes: number;
  /** The one writable place, and how many files it may hold: each costs the kernel memory of its own. */
  readonly scratch: { readonly path: string; readonly bytes: number; readonly files: number };
}

const MEBIBYTE = 1024 * 1024;

export const PROFILES = {
  /** A connector that serves. */
  runtime: {
    memoryBytes: 160 * MEBIBYTE,
    heapMebibytes: 64,
    semiSpaceMebibytes: 8,
    processes: 40,
    cpuCores: 0.5,
    cpuMsPerMinute: 60_000,
    openFiles: 256,
    fileBytes: 16 * MEBIBYTE,
    scratch: { path: '/tmp', bytes: 16 * MEBIBYTE, files: 16_384 },
  },
  /** A deploy's build step: 1 GiB of memory beside 512 MiB of disk. */
  build: {
    memoryBytes: 1536 * MEBIBYTE,
    heapMebibytes: 512,
    semiSpaceMebibytes: 16,
    processes: 64,
    cpuCores: 1,
    cpuMsPerMinute: 120_000,
    openFiles: 4096,
    fileBytes: 512 * MEBIBYTE,
    scratch: { path: '/work', bytes: 512 * MEBIBYTE, files: 262_144 },
  },
} as const satisfies Record<string, SandboxProfile>;

export type ProfileName = keyof typeof PROFILES;

/** The profiles, with another share of the CPU for connectors that serve; what may be used in a minute goes along. */
export function profilesWith({
  runtimeCpuCores,
}: {
  readonly runtimeCpuCores?: number | undefined;
}): Readonly<Record<ProfileName, SandboxProfile>> {
  if (runtimeCpuCores === undefined) return PROFILES;
  const { runtime } = PROFILES;
  const cpuMsPerMinute = runtime.cpuMsPerMinute * (runtimeCpuCores / runtime.cpuCores);
  return { ...PROFILES, runtime: { ...runtime, cpuCores: runtimeCpuCores, cpuMsPerMinute } };
}

export const SANDBOX_LIMITS = {
  /** From process start to a connector that serves. */
  startMsMax: 10_000,
  inFlightPerSandbox: 32,
  queuedPerSandbox: 256,
  idleMs: 60_000,
  /** For sandboxes that belong to one person. */
  idleSubjectMs: 15_000,
  /** A sandbox that does not answer within this time after a deadline is killed. */
  pingMs: 2_000,
  /** How often a resting sandbox is asked whether it still hears, and how long it may say nothing. */
  heartbeat: { everyMs: 5_000, missingMs: 10_000 },
  livePerOrganization: 32,
  /** Processes that start at once for one organization, and first calls that wait for that. */
  startsPerOrganization: 4,
  startsWaitingPerOrganization: 64,
  /** A third of what two cores can start: who cycles through connectors leaves the rest to the others and to the pool. */
  startRate: { perSecond: 10, burst: 40, waitMsMax: 5_000 },
  pool: {
    /** A sandbox that waited this long is replaced. */
    blankAgeMaxMs: 3_600_000,
    /** Counted for one sandbox when memory is planned: its own pages with what a first call adds. */
    sandboxBytes: 40 * MEBIBYTE,
  },
  /** Startup snapshots of versions kept on this host; one has about 16 MiB. */
  versionSnapshotBytes: 2048 * MEBIBYTE,
  live: 256,
  resultBytesMax: 4 * MEBIBYTE,
  /** After a crash the next start waits, doubled per crash in a row. */
  crashBackoffMs: { first: 250, most: 30_000, resetAfterMs: 60_000 },
  buildMsMax: 120_000,
  drainMs: 20_000,
  log: { lineBytesMax: 8 * 1024, bytesPerMinute: MEBIBYTE },
  egress: {
    connections: 20,
    headerBytes: 16 * 1024,
    requestBytes: 16 * MEBIBYTE,
    responseBytes: 32 * MEBIBYTE,
    connectMs: 10_000,
    idleMs: 30_000,
    totalMs: 300_000,
  },
} as const;

export type EgressLimits = { readonly [name in keyof typeof SANDBOX_LIMITS.egress]: number };
