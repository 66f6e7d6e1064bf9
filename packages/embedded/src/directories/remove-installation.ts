import { realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@patchbay/foundation';
import { endLeftServer } from '../postgres/cluster.ts';
import { endLeftRedis } from '../redis/start-redis.ts';
import { hasOwner, inspectInstallation, sharedDirectories } from './inspect-installation.ts';
import { inspectMark } from './installation-mark.ts';

/** File systems that are in memory on most machines, the better one first. */
const MEMORY_DIRECTORIES = ['/run', '/dev/shm'];

/**
 * Possible directories of the copies of an installation's keys, best first. A start that was killed leaves them there.
 *
 * @param shared the shared directory of the installation
 */
export function credentialDirectories(shared: string): readonly string[] {
  return MEMORY_DIRECTORIES.map((directory) => path.join(directory, `${path.basename(shared)}-credentials`));
}

/** A program that was just ended may add a last file to a directory that is being removed. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 } as const;

/**
 * Removes an installation: its data and its shared directory, whatever state they are in. It must not run. The shared
 * directory of another data directory stays, also when this one is a copy of that.
 */
export async function removeInstallation(dataDirectory: string): Promise<void> {
  const data = await realpath(dataDirectory).catch(() => path.resolve(dataDirectory));
  const { candidates } = await inspectInstallation(data, true);
  for (const { directory, servesAnother } of candidates) if (!servesAnother) await removeShared(directory);
  await rm(data, REMOVAL);
}

export interface AbandonedDirectory {
  readonly directory: string;
  /** The data directory that it belonged to, which is gone or holds another installation. */
  readonly dataDirectory: string;
}

/**
 * Shared directories without their data directory. They are listed and never removed on a guess: the data may be on a
 * disk that is not mounted at the moment.
 */
export async function listAbandonedDirectories(): Promise<readonly AbandonedDirectory[]> {
  const abandoned: AbandonedDirectory[] = [];
  for (const directory of await sharedDirectories()) {
    const mark = await inspectMark(directory);
    if (mark.state !== 'read' || (await hasOwner(mark))) continue;
    abandoned.push({ directory, dataDirectory: mark.mark.dataDirectory });
  }
  return abandoned;
}

/** Removes one that `listAbandonedDirectories` lists. @throws AppError start.directory_unusable for any other */
export async function removeAbandonedDirectory(directory: string): Promise<void> {
  if (!(await listAbandonedDirectories()).some((one) => one.directory === directory)) {
    throw new AppError('start.directory_unusable', {
      detail: `${directory} is no shared directory whose data directory is gone.`,
    });
  }
  await removeShared(directory);
}

async function removeShared(shared: string): Promise<void> {
  await endLeftServer(path.join(shared, 'postgres'));
  await endLeftRedis(path.join(shared, 'redis'));
  for (const directory of credentialDirectories(shared)) await rm(directory, REMOVAL);
  await rm(shared, REMOVAL);
}
