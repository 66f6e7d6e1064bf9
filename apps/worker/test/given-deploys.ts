import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { createFileArtifactStore } from '@patchbay/artifacts';
import type { Tx } from '@patchbay/domain';
import {
  getVersion,
  isFinal,
  listFindings,
  listLog,
  listSteps,
  submitVersion,
  type Version,
} from '@patchbay/domain/versions';
import {
  bubblewrapFile,
  createGiven,
  createTestDatabase,
  type GivenConnector,
  hasSandboxes,
  makeSandboxDirectory,
  readConnector,
  type TestDatabase,
  testRedis,
  waitFor,
} from '@patchbay/testing';
import { type PlatformProcess, startPlatformProcess } from '@patchbay/testing/platform/platform-process';
import * as bullmq from 'bullmq';
import tar from 'tar-stream';

export const NO_BUBBLEWRAP = 'bubblewrap or user namespaces are missing';
export const hasBubblewrap = hasSandboxes();

export type Files = Readonly<Record<string, string | Buffer>>;

export interface GivenDeploysOptions {
  /** Location of the queue. Default PostgreSQL. */
  readonly queue?: 'redis' | 'postgres';
  readonly registry?: string;
  /** Default below the directory of the test. */
  readonly artifactDirectory?: string;
  readonly packageDirectory?: string;
  /** More of the worker's variables. */
  readonly workerEnvironment?: Readonly<Record<string, string>>;
  /** One of its own, for tests that take it away. Default a database of the run's server. */
  readonly database?: TestDatabase;
  /** Default true. */
  readonly startWorker?: boolean;
}

/** A database, a supervisor and a worker, all real, and what a test asks of them. */
export async function givenDeploys(options: GivenDeploysOptions = {}) {
  // Sandboxes run under other uids: they must be able to enter.
  const directory = await mkdtemp('/var/tmp/patchbay-test-');
  await chmod(directory, 0o711);
  const inside = (name: string) => path.join(directory, name);
  const database = options.database ?? (await createTestDatabase());
  const artifactDirectory = options.artifactDirectory ?? inside('artifacts');
  const given = createGiven({ database, artifactDirectory });
  const artifacts = createFileArtifactStore({ directory: artifactDirectory });
  await writeFile(inside('master.key'), randomBytes(32).toString('base64'), { mode: 0o600 });
  const shared = {
    PATCHBAY_ORIGIN: 'http://localhost:4000',
    SUPERVISOR_SOCKET: inside('supervisor.sock'),
    PACKAGE_STORE_DIR: options.packageDirectory ?? inside('packages'),
  };
  await makeSandboxDirectory(inside('sandbox'));
  const supervisor = await startPlatformProcess({
    app: 'supervisor',
    directory,
    environment: {
      ...shared,
      SANDBOX_DIR: inside('sandbox'),
      BWRAP_PATH: bubblewrapFile(),
      // Deploys are not calls: one that waits is enough to take a snapshot with.
      SANDBOX_POOL_SIZE: '1',
      SUPERVISOR_INTERNAL_PORT: '0',
    },
  });
  const redis = options.queue === 'redis' ? await testRedis() : null;
  const environment = {
    ...shared,
    DATABASE_URL: database.urls.app,
    DATABASE_QUEUE_URL: database.urls.queue,
    ...(redis && { REDIS_URL: redis.url }),
    ARTIFACT_DIR: artifactDirectory,
    MASTER_KEY_FILE: inside('master.key'),
    WORKER_INTERNAL_PORT: '0',
    ...(options.registry && { PATCHBAY_NPM_REGISTRY: options.registry }),
    ...options.workerEnvironment,
  };
  const workers: PlatformProcess[] = [];
  const startWorker = async (changes: Files = {}) => {
    const worker = await startPlatformProcess({
      app: 'worker',
      directory,
      environment: { ...environment, ...changes },
    });
    workers.push(worker);
    return worker;
  };
  if (options.startWorker !== false) await startWorker();

  const queue = openQueue(redis?.options, database.urls.queue);
  // Tests take Redis away on purpose.
  queue.on('error', () => {});
  const inScope = <T>(connector: GivenConnector, work: (tx: Tx) => Promise<T>) =>
    given.database.withOrganization({ organizationId: connector.organization.id }, work);

  return {
    given,
    database,
    directory,
    artifacts,
    startWorker,
    inScope,
    supervisor,
    /** Stores an upload as a version and wakes the worker for it, as the gateway does. */
    async submit(
      connector: GivenConnector,
      upload: Uint8Array | Files,
      flags: { typecheck?: boolean; wake?: boolean } = {},
    ) {
      const bytes = upload instanceof Uint8Array ? upload : await packed(upload);
      const { digest } = await artifacts.put(connector.organization.id, bytes, { bytesMax: 64 * 1024 * 1024 });
      const input = {
        connectorId: connector.id,
        sourceDigest: digest,
        activate: true,
        typecheck: flags.typecheck ?? true,
      };
      const version = await inScope(connector, (tx) => submitVersion(tx, connector.organization.owner.actor, input));
      if (flags.wake !== false) await queue.add('deploy', { versionId: version.id }, { jobId: version.id });
      return version;
    },
    queue,
    redis,
    /** The version when it is final. */
    async finished(connector: GivenConnector, { id }: Pick<Version, 'id'>, deadlineMs = 18_000): Promise<Version> {
      return waitFor(
        async () => {
          const version = await inScope(connector, (tx) => getVersion(tx, id));
          return isFinal(version.state) ? version : null;
        },
        { what: 'the version to be final', deadlineMs },
      );
    },
    steps: (connector: GivenConnector, { id }: Pick<Version, 'id'>) => inScope(connector, (tx) => listSteps(tx, id)),
    findings: (connector: GivenConnector, { id }: Pick<Version, 'id'>) =>
      inScope(connector, (tx) => listFindings(tx, id)),
    async log(connector: GivenConnector, { id }: Pick<Version, 'id'>): Promise<string[]> {
      const lines = await inScope(connector, (tx) => listLog(tx, id, 0n, 1000));
      return lines.map((line) => line.text);
    },
    /** The logs for operators: every line of the workers' log, and `/health` of the last worker. */
    async workerLog(): Promise<Readonly<Record<string, unknown>>[]> {
      const text = await readFile(inside('worker.log'), 'utf8');
      return text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
    },
    async workerHealth() {
      const answer = await fetch(`${workers.at(-1)?.internalUrl}/health`);
      // Compared by tests, which fail when it is anything else.
      return (await answer.json()) as { checks: Readonly<Record<string, { state: string; reasons: string[] }>> };
    },
    async close() {
      await Promise.race([queue.close(), new Promise((resolve) => setTimeout(resolve, 1000))]);
      await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
      await supervisor.end();
      await given.close();
      await redis?.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function openQueue(redis: bullmq.RedisOptions | undefined, databaseUrl: string) {
  if (redis) return new bullmq.Queue('deploy', { connection: redis });
  const { Queue } = bullmq.withBackend(bullmq.createPostgresBackend);
  return new Queue('deploy', {
    connection: { connectionString: databaseUrl, schema: 'bullmq', max: 2, migrate: true },
  });
}

export type GivenDeploys = Awaited<ReturnType<typeof givenDeploys>>;

/** A tar.gz as `patchbay deploy` sends it. */
export async function packed(files: Files): Promise<Buffer> {
  const pack = tar.pack();
  for (const [name, text] of Object.entries(files)) pack.entry({ name }, text);
  pack.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of pack) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

export const PACKAGE_JSON = JSON.stringify({
  name: 'greeter',
  type: 'module',
  dependencies: { '@patchbay/connector': 'http://localhost:4000/-/downloads/connector.tgz', zod: '^4.0.0' },
});

/** The source of a small connector; `changes` replace or add files. */
export function greeter(changes: Files = {}): Files {
  return {
    'package.json': PACKAGE_JSON,
    'src/index.ts': readConnector('greeter'),
    ...changes,
  };
}
