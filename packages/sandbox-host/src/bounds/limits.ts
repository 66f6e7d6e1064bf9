/** Limits of the host that starts sandboxes: those that authors and callers notice, in its form, and those that stay inside. */

import { CALL_LIMITS, DEPLOY_LIMITS, SANDBOX_LIMITS } from '@patchbay/foundation/limits';

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
    memoryBytes: SANDBOX_LIMITS.memory.value,
    heapMebibytes: SANDBOX_LIMITS.heap.value / MEBIBYTE,
    semiSpaceMebibytes: 8,
    processes: SANDBOX_LIMITS.processes.value,
    cpuCores: SANDBOX_LIMITS.cpu.value,
    cpuMsPerMinute: SANDBOX_LIMITS.cpuPerMinute.value,
    openFiles: SANDBOX_LIMITS.openFiles.value,
    fileBytes: SANDBOX_LIMITS.scratchBytes.value,
    scratch: { path: '/tmp', bytes: SANDBOX_LIMITS.scratchBytes.value, files: SANDBOX_LIMITS.scratchFiles.value },
  },
  /** A deploy's build step: 1 GiB of memory beside 512 MiB of disk. */
  build: {
    memoryBytes: DEPLOY_LIMITS.buildMemory.value,
    heapMebibytes: DEPLOY_LIMITS.buildHeap.value / MEBIBYTE,
    semiSpaceMebibytes: 16,
    processes: 64,
    cpuCores: 1,
    cpuMsPerMinute: 120_000,
    openFiles: 4096,
    fileBytes: DEPLOY_LIMITS.buildScratch.value,
    scratch: { path: '/work', bytes: DEPLOY_LIMITS.buildScratch.value, files: 262_144 },
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

export const HOST_LIMITS = {
  /** From process start to a connector that serves. */
  startMsMax: SANDBOX_LIMITS.start.value,
  inFlightPerSandbox: CALL_LIMITS.sandboxCalls.value,
  queuedPerSandbox: CALL_LIMITS.sandboxWaiting.value,
  idleMs: SANDBOX_LIMITS.idle.value,
  /** For sandboxes that belong to one person. */
  idleSubjectMs: SANDBOX_LIMITS.idlePersonal.value,
  /** A sandbox that does not answer within this time after a deadline is killed. */
  pingMs: 2_000,
  /** The interval of liveness checks of an idle sandbox, and its time to answer. */
  heartbeat: { everyMs: 5_000, missingMs: 10_000 },
  livePerOrganization: SANDBOX_LIMITS.perOrganization.value,
  /** Processes that start at once for one organization, and first calls that wait for that. */
  startsPerOrganization: SANDBOX_LIMITS.startsAtOnce.value,
  startsWaitingPerOrganization: SANDBOX_LIMITS.startsWaiting.value,
  startRate: {
    perSecond: SANDBOX_LIMITS.startRate.value,
    burst: SANDBOX_LIMITS.startBurst.value,
    waitMsMax: SANDBOX_LIMITS.startWait.value,
  },
  pool: {
    /** A sandbox that waited this long is replaced. */
    warmAgeMaxMs: 3_600_000,
    /** Counted for one sandbox when memory is planned: its own pages with what a first call adds. */
    sandboxBytes: 40 * MEBIBYTE,
  },
  /** Startup snapshots of versions kept on this host; one has about 16 MiB. */
  versionSnapshotBytes: 2048 * MEBIBYTE,
  live: SANDBOX_LIMITS.perHost.value,
  /** After a crash the next start waits, doubled per crash in a row. */
  crashBackoffMs: {
    first: SANDBOX_LIMITS.crashDelayFirst.value,
    most: SANDBOX_LIMITS.crashDelayMost.value,
    resetAfterMs: 60_000,
  },
  buildMsMax: DEPLOY_LIMITS.build.value,
  drainMs: 20_000,
  log: { lineBytesMax: SANDBOX_LIMITS.logLine.value, bytesPerMinute: SANDBOX_LIMITS.logPerMinute.value },
} as const;
