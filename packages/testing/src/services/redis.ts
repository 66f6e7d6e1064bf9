import path from 'node:path';
import { findServiceAccount, type RunningService, redisUrl, startRedis } from '@patchbay/embedded';
import { Secret } from '@patchbay/foundation';
import { runServices } from '../run/run-services.ts';
import { temporaryDirectory } from '../run/temporary-directory.ts';

export interface TestRedis {
  /** `redis+unix:///…?password=…`, as the processes get it. */
  readonly url: string;
  /** The options of ioredis for the same. */
  readonly options: { readonly path: string; readonly password: string };
  readonly pid: number;
  stop(): Promise<void>;
  /** Starts it again on the same files and address, after `stop` or a kill. */
  restart(): Promise<void>;
}

/** Why this machine has no Redis and none can be unpacked; null when it has one. For `skipUnless`. */
export function redisMissing(): string | null {
  const { redis } = runServices();
  return 'missing' in redis ? redis.missing : null;
}

/** A Redis of its own for a test file (about 40 ms), which may be stopped or killed. Stop it in `afterAll`. */
export async function testRedis(): Promise<TestRedis> {
  const { redis } = runServices();
  if ('missing' in redis) throw new Error(`no Redis on this machine: ${redis.missing}`);
  const directory = await temporaryDirectory('redis');
  const password = new Secret('test-password');
  const start = () =>
    startRedis({
      redis: redis.found,
      directory,
      account: findServiceAccount(['redis']),
      password,
      logFile: path.join(directory, 'redis.log'),
    });
  let running: RunningService = await start();
  return {
    url: redisUrl(directory, password),
    options: { path: path.join(directory, 'redis.sock'), password: password.reveal() },
    get pid() {
      return running.pid;
    },
    stop: () => running.stop(),
    restart: async () => {
      running = await start();
    },
  };
}
