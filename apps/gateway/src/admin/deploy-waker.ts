import { type Logger, parseRedisUrl, type Secret, within } from '@patchbay/foundation';

export interface DeployWakerOptions {
  /** `redis://`, `rediss://` or `redis+unix:///path?password=…`; without one the queue is in PostgreSQL. */
  readonly redisUrl: Secret | null;
  /** Role `patchbay_queue`. */
  readonly databaseUrl: Secret | null;
  readonly logger: Logger;
}

/** Shared with the worker: name and payload `{ versionId }`. */
export const DEPLOY_QUEUE = 'deploy';
const PATIENCE_MS = 2_000;

/**
 * Wakes the worker for a version. The queue only wakes: the version's state is in the database, and the worker finds
 * what waits there by itself, so a lost job delays a deploy and never loses it.
 */
export class DeployWaker {
  readonly #options: DeployWakerOptions;
  #opening: Promise<DeployQueue> | undefined;

  constructor(options: DeployWakerOptions) {
    if (!options.redisUrl && !options.databaseUrl) {
      throw new Error('the deploy queue needs REDIS_URL or DATABASE_QUEUE_URL');
    }
    this.#options = options;
  }

  /** Rejects when the queue does not answer within two seconds. */
  async wake(versionId: string): Promise<void> {
    // One job per version; BullMQ refuses ids with a colon, ours have none.
    const job = { jobId: versionId, removeOnComplete: true, removeOnFail: true };
    await withPatience(this.#open().then((queue) => queue.add('deploy', { versionId }, job)));
  }

  /** How many wake-ups wait for the worker. Rejects like `wake`. */
  async ping(): Promise<{ readonly waiting: number }> {
    return { waiting: await withPatience(this.#open().then((queue) => queue.getWaitingCount())) };
  }

  async close(): Promise<void> {
    await (await this.#opening)?.close();
  }

  // On the first wake: a gateway that starts has calls to answer first.
  #open(): Promise<DeployQueue> {
    this.#opening ??= openQueue(this.#options).then((queue) => {
      // Reported by the wake that fails; without a listener the event would end the process.
      queue.on('error', (error) => this.#options.logger.debug({ err: error }, 'the deploy queue does not answer'));
      return queue;
    });
    return this.#opening;
  }
}

/** On either backend; the two differ in their type parameters only. */
type DeployQueue = Awaited<ReturnType<typeof openQueue>>;

async function openQueue({ redisUrl, databaseUrl }: DeployWakerOptions) {
  const bullmq = await import('bullmq');
  if (redisUrl) {
    const common = { maxRetriesPerRequest: 1, enableOfflineQueue: true, connectTimeout: PATIENCE_MS };
    return new bullmq.Queue(DEPLOY_QUEUE, { connection: { ...parseRedisUrl(redisUrl.reveal()), ...common } });
  }
  const { Queue } = bullmq.withBackend(bullmq.createPostgresBackend);
  const connection = { connectionString: databaseUrl?.reveal(), schema: 'bullmq', max: 2, migrate: true };
  return new Queue(DEPLOY_QUEUE, { connection });
}

function withPatience<T>(work: Promise<T>): Promise<T> {
  return within(PATIENCE_MS, work, () => new Error('the deploy queue did not answer in time'));
}
