import { chown, mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type Secret } from '@patchbay/foundation';
import { Redis } from 'ioredis';
import type { Program } from '../debian/index.ts';
import { readJsonFile } from '../directories/json-file.ts';
import { endProcess, identifyProcess, type ProcessIdentity, processIdentity } from '../process-identity.ts';
import { type RunningService, ServiceProcess, withLog } from '../running-service.ts';
import { admitClients, type ServiceAccount } from '../service-account.ts';

export interface RedisOptions {
  readonly redis: Program;
  /** Files and socket; made when missing. */
  readonly directory: string;
  readonly account: ServiceAccount | null;
  /** The group that may reach the socket, in addition to root and the account. */
  readonly clientGroup?: number | undefined;
  readonly password: Secret;
  readonly logFile: string;
}

const START_DEADLINE_MS = 30_000;

/** Where clients find it: `redis+unix:///path/to.sock?password=…`. */
export function redisUrl(directory: string, password: Secret): string {
  const url = new URL(`redis+unix://${path.join(directory, 'redis.sock')}`);
  url.searchParams.set('password', password.reveal());
  return url.href;
}

/**
 * Starts Redis on a unix socket with a password and no TCP listener, ending one that a killed launcher left there.
 * Every change is appended to a file, and nothing is evicted: the queue is stored here.
 *
 * @throws AppError start.redis_failed
 */
export async function startRedis(options: RedisOptions): Promise<RunningService> {
  const { directory, account } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await endLeftRedis(directory);
  const configFile = path.join(directory, 'redis.conf');
  // In a file, not in arguments: every account of the machine can read those.
  await writeFile(configFile, configuration(options), { mode: 0o600 });
  if (account) await chown(configFile, account.uid, account.gid);
  await admitClients(directory, options);

  const service = ServiceProcess.start({
    program: options.redis.program,
    args: [configFile],
    account,
    environment: {
      PATH: '/usr/bin:/bin',
      TZ: 'UTC',
      ...(options.redis.libraryPath && { LD_LIBRARY_PATH: options.redis.libraryPath }),
    },
    logFile: options.logFile,
    stopSignal: 'SIGTERM',
    stopGraceMs: 10_000,
    cwd: directory,
  });
  await writeFile(path.join(directory, 'starter.json'), JSON.stringify(identifyProcess(service.pid)), { mode: 0o600 });
  await untilReady(service, options);
  return service;
}

function configuration(options: RedisOptions): string {
  return `${[
    'port 0',
    `unixsocket "${path.join(options.directory, 'redis.sock')}"`,
    // Its directory decides about access.
    `unixsocketperm ${options.clientGroup === undefined ? '700' : '777'}`,
    `requirepass ${options.password.reveal()}`,
    `dir "${options.directory}"`,
    'appendonly yes',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    'databases 16',
  ].join('\n')}\n`;
}

/**
 * Ends the Redis that a killed launcher left in this directory: the process recorded at its start, and without a readable
 * record, any Redis that runs there. Two of them on the same files would damage both.
 */
export async function endLeftRedis(directory: string): Promise<void> {
  const noted = await readNote(path.join(directory, 'starter.json'));
  for (const identity of noted ? [noted] : await workingIn(directory)) {
    await endProcess(identity, { signal: 'SIGTERM', graceMs: 10_000 });
  }
  await rm(path.join(directory, 'redis.sock'), { force: true });
}

async function readNote(file: string): Promise<ProcessIdentity | null> {
  // A damaged record counts as none.
  return readJsonFile({ file, schema: processIdentity, wayBack: '' }).catch(() => null);
}

/** Processes called redis whose working directory this is. Empty where there is no /proc. */
async function workingIn(directory: string): Promise<ProcessIdentity[]> {
  const found: ProcessIdentity[] = [];
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    if ((await readlink(`/proc/${name}/cwd`).catch(() => null)) !== directory) continue;
    if (!(await readFile(`/proc/${name}/comm`, 'utf8').catch(() => '')).startsWith('redis')) continue;
    const identity = identifyProcess(Number(name));
    if (identity) found.push(identity);
  }
  return found;
}

async function untilReady(service: RunningService & { exited(): boolean }, options: RedisOptions): Promise<void> {
  const deadline = performance.now() + START_DEADLINE_MS;
  const failed = (reason: string) =>
    withLog(
      (detail) =>
        new AppError('start.redis_failed', { detail: `${detail}\n${whereItsFilesAre(detail, options.directory)}` }),
      reason,
      options.logFile,
    );
  const client = new Redis({
    path: path.join(options.directory, 'redis.sock'),
    password: options.password.reveal(),
    lazyConnect: true,
    retryStrategy: null,
    enableOfflineQueue: false,
  });
  client.on('error', () => {}); // every failure is seen by the loop below
  try {
    for (;;) {
      if (service.exited()) throw failed(`Redis ended at start (${await service.ended}).`);
      // LOADING is answered while the append-only file is read.
      if (await answers(client)) return;
      if (performance.now() > deadline) {
        await service.stop();
        throw failed(`Redis was not ready after ${START_DEADLINE_MS / 1000} s.`);
      }
      await delay(8);
    }
  } finally {
    client.disconnect();
  }
}

/** Redis names its files without their directory, if at all: which one it read last, or the list of them all. */
function whereItsFilesAre(log: string, directory: string): string {
  const folder = path.join(directory, 'appendonlydir');
  const lastStart = log.slice(log.lastIndexOf('is starting'));
  const named = lastStart.match(/appendonly\.aof\.[\w.]*\w/g)?.at(-1) ?? 'appendonly.aof.manifest';
  return `It was reading ${path.join(folder, named)}. To continue without the waiting jobs of the queue: mv ${directory} ${directory}.damaged`;
}

async function answers(client: Redis): Promise<boolean> {
  try {
    if (client.status !== 'ready') await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  }
}
