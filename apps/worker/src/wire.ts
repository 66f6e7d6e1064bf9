/** Every constructor of the worker, once. */

import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { openArtifactStore } from '@patchbay/artifacts';
import { createDatabase } from '@patchbay/domain';
import { OutboxRelay } from '@patchbay/domain/changes';
import { insertLogLines } from '@patchbay/domain/logs';
import type { Logger } from '@patchbay/foundation';
import { RETENTION } from '@patchbay/foundation/limits';
import type { Application } from '@patchbay/foundation/process';
import { createSandboxClient } from '@patchbay/sandbox-client';
import { openSupervisors } from '@patchbay/sandbox-client/registry';
import { createAuditSigner, createVault, openKeySource } from '@patchbay/vault';
import type { WorkerConfig } from './config.ts';
import { PackageDescriptions } from './deploy/dependencies/package-descriptions.ts';
import { PackageStore } from './deploy/dependencies/package-store.ts';
import { findProvidedPackages } from './deploy/dependencies/provided-packages.ts';
import { ReadingThreads } from './deploy/dependencies/reading-threads.ts';
import { trimPackageStore } from './deploy/dependencies/trim-package-store.ts';
import { deployVersion } from './deploy/deploy-version.ts';
import { KeptBuilds } from './deploy/kept-builds.ts';
import { DeployRunner } from './deploy-runner.ts';
import { workerChecks } from './health-checks.ts';
import { createWorkerMetrics } from './metrics.ts';
import { DeployQueue } from './queues.ts';
import { createRegistryFetch } from './registry-fetch.ts';
import { removeOrphans } from './schedules/remove-orphans.ts';
import { purgeOnce, recordIdentityChanges, Schedule } from './schedules/schedule.ts';

const DATABASE_POOL_MAX = 8;
/** Renewed every second: a killed worker's version is free for the next one after at most this long. */
const LEASE_SECONDS = 3;
const SWEEP_MS = 10_000;
/** While leases of a worker that died may run out: after the start, and after a deploy was interrupted. */
const WATCH_MS = { every: 250, during: (LEASE_SECONDS + 2) * 1000 };
const PURGE_MS = 15 * 60_000;
const RECORD_MS = 60_000;
/** Both look at every file there is. */
const TIDY_MS = 6 * 60 * 60_000;
const PACKAGES_UNUSED_MS = RETENTION.unusedPackages.value * 24 * 60 * 60_000;
const DRAIN_MS = 10_000;

/**
 * Builds the worker. It looks for due versions from here on, since the database knows which are due: an unreachable
 * queue delays a deploy and stops nothing.
 */
export async function wireWorker(config: WorkerConfig, logger: Logger): Promise<Application> {
  const url = config.DATABASE_URL.reveal();
  const keySource = await openKeySource(config.keys);
  const vault = createVault({ keySource });
  // New names per start: one holds leases, and the audit rows of the other are numbered without gaps.
  const start = randomUUID();
  const holder = `worker-${start}`;
  const auditWriter = await createAuditSigner(keySource, 'worker', start);
  const database = createDatabase({ url, poolSizeMax: DATABASE_POOL_MAX, auditWriter });
  const artifacts = openArtifactStore(config);
  const registry = {
    origin: config.PATCHBAY_NPM_REGISTRY,
    fetch: createRegistryFetch(config.PATCHBAY_NPM_REGISTRY),
    timeoutMs: config.PATCHBAY_NPM_TIMEOUT_MS,
  };
  const packages = new PackageStore(config.PACKAGE_STORE_DIR, registry);
  const directories = [config.ARTIFACT_DIR ?? [], config.PACKAGE_STORE_DIR].flat();
  const sandboxes = createSandboxClient({
    ...(await openSupervisors(config, { redisUrl: config.REDIS_URL, logger })),
    // Probes start without secrets: every person who can deploy sees their results.
    provision: async ({ key: { organizationId }, artifactDigest, snapshotDigest }) => ({
      artifact: await artifacts.get({ organizationId, digest: artifactDigest }),
      secrets: {},
      // One that cannot be read costs time, not the call.
      snapshot:
        snapshotDigest === undefined
          ? undefined
          : await artifacts.get({ organizationId, digest: snapshotDigest }).catch(() => undefined),
    }),
    onLog: (record) => {
      const { key, at, requestId, ...line } = record;
      const { organizationId, connectorId, versionId } = key;
      const row = { ...line, organizationId, connectorId, versionId, subject: '', at: new Date(at), requestId };
      insertLogLines(database, [row]).catch((error) => logger.warn({ err: error }, 'a log line of a probe was lost'));
    },
  });

  const metrics = createWorkerMetrics(() => runner.running);
  const concurrency = availableParallelism();
  const provided = findProvidedPackages();
  const reading = new ReadingThreads();
  const descriptions = new PackageDescriptions(registry, reading);
  const keptBuilds = new KeptBuilds();
  const deps = { database, artifacts, keptBuilds, packages, descriptions, reading, provided, sandboxes, logger };
  const runner = DeployRunner.start({
    database,
    logger,
    concurrency,
    sweepMs: SWEEP_MS,
    watchMs: WATCH_MS,
    run: async (due) => {
      const end = metrics.deploySeconds.startTimer();
      await deployVersion(deps, due, { holder, leaseSeconds: LEASE_SECONDS }).finally(end);
    },
  });
  const queue = DeployQueue.open({
    redisUrl: config.REDIS_URL,
    databaseUrl: config.DATABASE_QUEUE_URL,
    concurrency: concurrency * 2,
    logger,
    onVersion: async (versionId) => {
      if (!(await runner.wake(versionId))) metrics.ignoredJobs.inc({ reason: 'not_due' });
    },
    onMalformed: () => metrics.ignoredJobs.inc({ reason: 'malformed' }),
    onReady: () => runner.watch(),
  });
  const relay = OutboxRelay.start({ url, logger });
  const purge = Schedule.every(PURGE_MS, 'purge', logger, () => purgeOnce({ database, vault, artifacts, logger }));
  const recording = Schedule.every(RECORD_MS, 'record', logger, () => recordIdentityChanges({ database, logger }));
  const tidy = Schedule.every(TIDY_MS, 'tidy', logger, async () => {
    const limits = { bytesMax: config.PACKAGE_STORE_BYTES_MAX, unusedMs: PACKAGES_UNUSED_MS };
    const trimmed = await trimPackageStore(config.PACKAGE_STORE_DIR, limits);
    if (trimmed > 0) logger.info({ trimmed }, 'removed packages from the package store');
    await removeOrphans({ database, artifacts, logger });
  });

  return {
    checks: workerChecks({ database, keys: keySource, artifacts, sandboxes, queue, directories }),
    metrics: metrics.registry,
    start: async () => ({ queue: queue.backend, concurrency }),
    /** Running deploys get ten seconds; what is left is resumed by the next worker. */
    async drain() {
      await Promise.all([
        queue.close(),
        runner.close(DRAIN_MS),
        purge.close(),
        recording.close(),
        tidy.close(),
        relay.close(),
      ]);
      await sandboxes.close();
      await reading.close();
      await database.close();
      vault.close();
      keySource.close();
    },
  };
}
