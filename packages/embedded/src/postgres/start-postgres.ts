import { mkdir, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@patchbay/foundation';
import { forgetFiles, recordFiles } from '../directories/file-list.ts';
import { type RunningService, ServiceProcess, withLog } from '../running-service.ts';
import { admitClients } from '../service-account.ts';
import { type ClusterOptions, endLeftServer, ensureCluster } from './cluster.ts';
import { databaseFiles, refuseChangedFiles, startFailureCode } from './damage.ts';

export interface PostgresOptions extends ClusterOptions {
  /** Directory of the unix socket; at most 90 characters, or the kernel cannot name it. */
  readonly socketDirectory: string;
  /** The group that may reach the socket, in addition to root and the account. */
  readonly clientGroup?: number | undefined;
  readonly logFile: string;
  /**
   * A loopback port to listen on in addition to the socket; tests use it. Without it there is no TCP listener at all.
   */
  readonly loopbackPort?: number;
  readonly connectionsMax?: number;
  /** Notes at a stop what the files are, and refuses at the next start what changed meanwhile. */
  readonly guardsFiles?: boolean;
}

/** The time for recovery after a crash before the start fails. */
const START_DEADLINE_MS = 60_000;

/**
 * Starts PostgreSQL on the files, making them first and ending a server that was left on them.
 * Durability settings stay at their safe defaults (`fsync`, `synchronous_commit`, `full_page_writes`).
 *
 * @throws AppError start.postgres_failed, start.disk_full, start.database_damaged, start.installation_incomplete
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningService> {
  await ensureCluster(options);
  const directory = await realpath(options.directory);
  // A server that was left on the files has written to them.
  if (await endLeftServer(directory)) await forgetFiles(databaseFiles(directory));
  if (options.guardsFiles) await refuseChangedFiles(directory);
  await mkdir(options.socketDirectory, { recursive: true, mode: 0o700 });
  await admitClients(options.socketDirectory, options);

  const service = ServiceProcess.start({
    program: path.join(options.binaries, 'postgres'),
    args: ['-D', directory, ...settings(options)],
    account: options.account,
    environment: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
    logFile: options.logFile,
    // Fast shutdown: ends sessions, writes a checkpoint, ends.
    stopSignal: 'SIGINT',
    stopGraceMs: 20_000,
    cwd: directory,
  });
  await untilReady(service, directory, options.logFile);
  if (!options.guardsFiles) return service;
  return {
    ...service,
    async stop() {
      await service.stop();
      // After another end the files are recovered from the log of writes, and a list of them is worthless.
      if ((await service.ended) === 'exit code 0') await recordFiles(databaseFiles(directory));
    },
  };
}

function settings(options: PostgresOptions): string[] {
  const values = {
    listen_addresses: options.loopbackPort === undefined ? '' : '127.0.0.1',
    port: String(options.loopbackPort ?? 5432),
    unix_socket_directories: options.socketDirectory,
    // Its directory decides about access.
    unix_socket_permissions: options.clientGroup === undefined ? '0700' : '0777',
    shared_buffers: '64MB',
    max_connections: String(options.connectionsMax ?? 120),
    log_line_prefix: '%m [%p] %u@%d ',
    // A killed launcher leaves connections behind; a dead peer must not hold locks for hours.
    tcp_keepalives_idle: '30',
    idle_in_transaction_session_timeout: '60s',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The server writes `ready` as line 8 of postmaster.pid, for launchers like this one (and pg_ctl). */
async function untilReady(
  service: RunningService & { exited(): boolean },
  directory: string,
  logFile: string,
): Promise<void> {
  const deadline = performance.now() + START_DEADLINE_MS;
  const failed = (reason: string) =>
    withLog(
      (detail) => {
        const code = startFailureCode(detail);
        const where = code === 'start.database_damaged' ? `The database is in ${directory}.\n` : '';
        return new AppError(code, { detail: `${where}${detail}` });
      },
      reason,
      logFile,
    );
  for (;;) {
    if (service.exited()) throw failed(`PostgreSQL ended at start (${await service.ended}).`);
    const lines = (await readFile(path.join(directory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === service.pid && lines[7]?.trim() === 'ready') return;
    if (performance.now() > deadline) {
      await service.stop();
      throw failed(`PostgreSQL was not ready after ${START_DEADLINE_MS / 1000} s.`);
    }
    await delay(8);
  }
}
