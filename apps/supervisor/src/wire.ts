import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Logger, systemClock } from '@patchbay/foundation';
import {
  createBubblewrapDriver,
  Programs,
  type SandboxDriver,
  SandboxHost,
  SpawnerDriver,
  Toolchain,
} from '@patchbay/sandbox-host';
import { loadTlsIdentity } from '@patchbay/sandbox-protocol/peers';
import type { SupervisorConfig } from './config.ts';
import { supervisorChecks } from './health-checks.ts';
import { createSupervisorMetrics } from './metrics.ts';
import { Supervisor } from './supervisor.ts';

/**
 * Every constructor, once. Resolves when the isolation layers were probed; toolchain, snapshot and pool are prepared in
 * the background.
 */
export async function wireSupervisor(config: SupervisorConfig, logger: Logger): Promise<Supervisor> {
  const { sandboxDirectory, packageStoreDirectory } = config;
  await mkdir(sandboxDirectory, { recursive: true, mode: 0o711 });
  if (packageStoreDirectory) await mkdir(packageStoreDirectory, { recursive: true, mode: 0o755 });
  const identity = await loadTlsIdentity(config.tlsFiles);
  const bootId = randomBytes(4).toString('hex');
  const programs = new Programs(sandboxDirectory);
  const driver = await createDriver(config, { bootId, probeProgramFile: await programs.file('probe') });
  const toolchain = new Toolchain(sandboxDirectory);
  const host = await SandboxHost.start({
    driver,
    programs,
    clock: systemClock,
    bootId,
    requireFullLimits: config.requireFullLimits,
    ...(packageStoreDirectory && { packageStoreDirectory }),
    toolchainDirectory: () => toolchain.directory(),
    platformHosts: config.platformHosts,
    poolSize: config.poolSize,
    snapshot: { directory: join(sandboxDirectory, 'snapshots'), nodeFile: process.execPath },
  });
  const takesTasks = packageStoreDirectory !== undefined;
  const forTasks = takesTasks ? [programs.file('build'), toolchain.directory()] : [];
  // A host without compilers still serves connectors.
  const prepared = [programs.file('runner'), ...forTasks];
  for (const part of prepared)
    part.catch((error: unknown) => logger.error({ err: error }, 'a sandbox program cannot be prepared'));
  await prepared[0]?.catch(() => {});
  // In the background: until the pool is full, first calls start their own sandboxes.
  void host.warm().then(() => {
    const { snapshot, pool } = host.health();
    if (snapshot.reason === null) logger.info({ snapshot, pool }, 'the pool is warm');
    else logger.warn({ snapshot, pool }, 'sandboxes start without a snapshot');
  });
  const { hostId, socket, listen } = config;
  const remote = listen && identity ? { listen, identity } : null;
  const metrics = createSupervisorMetrics(() => host.health());
  const listeners = { hostId, takesTasks, socket, remote, logger, refusedPeers: metrics.refusedPeers };
  const checks = supervisorChecks(() => host.health(), { requireFullLimits: config.requireFullLimits });
  return new Supervisor({ config, host, listeners, checks, metrics: metrics.registry, logger });
}

/** Asks the spawner for sandboxes where there is one, and starts them itself elsewhere. */
async function createDriver(
  { spawnerSocket, sandboxDirectory, bubblewrapFile, runtimeCpuCores }: SupervisorConfig,
  given: { readonly bootId: string; readonly probeProgramFile: string },
): Promise<SandboxDriver> {
  if (spawnerSocket !== null) {
    const { probeProgramFile } = given;
    return new SpawnerDriver({ socketPath: spawnerSocket, probeProgramFile, runtimeCpuCores });
  }
  const nodeFile = process.execPath;
  return createBubblewrapDriver({ ...given, directory: sandboxDirectory, bubblewrapFile, nodeFile, runtimeCpuCores });
}
