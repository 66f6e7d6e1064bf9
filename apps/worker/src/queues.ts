import { type Logger, parseRedisUrl, type Secret } from '@patchbay/foundation';
import * as bullmq from 'bullmq';
import { z } from 'zod';

/** Shared with the gateway, which adds jobs here: name and payload. */
export const DEPLOY_QUEUE = 'deploy';
/** An id and nothing else: an attacker who can write the queue can at most cause a look at a version. */
const jobSchema = z.strictObject({ versionId: z.string().regex(/^ver_[0-9a-z]{1,60}$/) });

export interface DeployQueueOptions {
  /** Without one the queue is in PostgreSQL. */
  readonly redisUrl: Secret | undefined;
  readonly databaseUrl: Secret | undefined;
  readonly concurrency: number;
  readonly logger: Logger;
  /** Looks at one version; does nothing when it is not due. */
  onVersion(versionId: string): Promise<void>;
  /** A job that names no version: someone other than the gateway writes the queue. */
  onMalformed(): void;
  /** The queue answers, for the first time or again. */
  onReady(): void;
}

/** Listens to the queue. It only wakes: all that matters is in the database, so a lost job delays and loses nothing. */
export class DeployQueue {
  readonly backend: 'redis' | 'postgres';
  readonly #options: DeployQueueOptions;
  readonly #worker: ReturnType<typeof openWorker>;
  #problem: string | null = 'not connected yet';

  private constructor(options: DeployQueueOptions) {
    this.backend = options.redisUrl === undefined ? 'postgres' : 'redis';
    this.#options = options;
    this.#worker = openWorker(options, (job) => this.#process(job));
    this.#worker.on('ready', () => {
      this.#problem = null;
      options.onReady();
    });
    this.#worker.on('error', (error) => {
      if (this.#problem === null) options.logger.warn({ err: error }, 'the deploy queue does not answer');
      this.#problem = error.message;
    });
    this.#worker.on('active', () => {
      this.#problem = null;
    });
  }

  static open(options: DeployQueueOptions): DeployQueue {
    return new DeployQueue(options);
  }

  /** Null while the queue answers, else its last error. */
  problem(): string | null {
    return this.#problem;
  }

  close(): Promise<void> {
    return this.#worker.close(true);
  }

  async #process(job: { readonly data: unknown }): Promise<void> {
    const parsed = jobSchema.safeParse(job.data);
    if (!parsed.success) {
      // No audit row: the job proves no organization, and an attacker who can write the queue must not write into audit
      // logs.
      this.#options.logger.warn('a job in the deploy queue does not name a version; it is dropped');
      this.#options.onMalformed();
      return;
    }
    await this.#options.onVersion(parsed.data.versionId);
  }
}

function openWorker(
  { redisUrl, databaseUrl, concurrency }: DeployQueueOptions,
  process: (job: { readonly data: unknown }) => Promise<void>,
) {
  if (redisUrl !== undefined) {
    // The worker waits on its connection, so requests may not be given up by number.
    const connection = { ...parseRedisUrl(redisUrl.reveal()), maxRetriesPerRequest: null };
    return new bullmq.Worker(DEPLOY_QUEUE, process, { connection, concurrency });
  }
  if (databaseUrl === undefined) throw new Error('the deploy queue needs REDIS_URL or DATABASE_QUEUE_URL');
  const { Worker } = bullmq.withBackend(bullmq.createPostgresBackend);
  const connection = { connectionString: databaseUrl.reveal(), schema: 'bullmq', max: 4, migrate: true };
  return new Worker(DEPLOY_QUEUE, process, { connection, concurrency });
}
