import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findClosedDirectory, isMapped, serviceUid, withDatabase } from '@patchbay/embedded';
import { freePort, testPostgresServer, testRedis } from '@patchbay/testing';
import { findKernelLimits } from '../packages/sandbox-host/src/drivers/cgroups/kernel-limits.ts';
import { LOCALHOST_CERTIFICATE, startTlsFront, type TlsFront } from './tls-front.ts';

/** The services that a production installation does not bring itself: database, Redis, TLS and key files. */
export interface ProductionSurroundings {
  readonly front: TlsFront;
  /** Where the installation listens, behind the front. */
  readonly port: number;
  /** As its operator sets it. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const CHECKOUT = path.resolve(import.meta.dirname, '..');

/** @param home holds the key files; the data directory goes below it */
export async function productionSurroundings(home: string): Promise<ProductionSurroundings> {
  const port = await freePort();
  const [database, redis, front, limitsMissing] = await Promise.all([
    // A server of its own, since a start sets the passwords of the roles on it.
    testPostgresServer(),
    testRedis(),
    startTlsFront(LOCALHOST_CERTIFICATE, port),
    fullLimitsMissing(home),
  ]);
  return {
    front,
    port,
    environment: {
      PATCHBAY_MODE: 'production',
      PATCHBAY_ORIGIN: `https://localhost:${front.port}`,
      PATCHBAY_TRUSTED_PROXIES: '127.0.0.1',
      DATABASE_URL: withDatabase(database.adminUrl, 'patchbay_production'),
      REDIS_URL: redis.url,
      MASTER_KEY_FILE: await keyFile(home, 'master.key'),
      AUTH_SECRET_FILE: await keyFile(home, 'auth.secret'),
      ...(limitsMissing !== null && { PATCHBAY_REQUIRE_FULL_LIMITS: 'false' }),
    },
    close: async () => {
      await Promise.all([front.close(), redis.stop(), database.stop()]);
    },
  };
}

/** Why this machine cannot limit sandboxes and keep processes apart in full; null where production starts as it is. */
export async function fullLimitsMissing(home: string): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'only root can start processes as other users';
  const other = serviceUid(home, 0, 0);
  if (!isMapped(other)) return 'this machine maps too few users';
  const closed = [path.join(CHECKOUT, 'apps'), path.dirname(process.execPath), home]
    .map((directory) => findClosedDirectory(directory, other))
    .find((found) => found !== null);
  if (closed !== undefined) return `other users cannot enter ${closed}`;
  const limits = await findKernelLimits();
  return 'reason' in limits ? limits.reason : null;
}

async function keyFile(directory: string, name: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  return file;
}
