import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError, type Secret } from '@patchbay/foundation';
import { endProcess, identifyProcess } from '../process-identity.ts';
import { runAs, type ServiceAccount } from '../service-account.ts';

export interface ClusterOptions {
  readonly binaries: string;
  /** The directory of the database files; its parent must exist and let the account through. */
  readonly directory: string;
  readonly account: ServiceAccount | null;
  readonly superuserPassword: Secret;
  /** The files were made at an earlier start: they are never made again. */
  readonly wasMade?: boolean;
}

/**
 * Makes the database files when there are none. Every connection, local ones too, must know a password
 * (scram-sha-256): other accounts of the machine can reach a socket or a loopback port as well as we can.
 * The files are made beside their place and moved there when complete, so that an interrupted start leaves no half.
 *
 * @throws AppError start.installation_incomplete when there was a database, and it is gone or a part of it is
 */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const version = path.join(options.directory, 'PG_VERSION');
  if (await exists(version)) return;
  const left = await readdir(options.directory).catch(() => []);
  if (left.length > 0 || options.wasMade) {
    const what = left.length > 0 ? version : options.directory;
    throw new AppError('start.installation_incomplete', {
      detail: `${what} is missing: it is a part of the database of this installation. Put it back, or restore a backup into another PATCHBAY_DATA: npm run restore.`,
      data: { file: what },
    });
  }
  const fresh = `${options.directory}.new`;
  const passwordFile = `${options.directory}.password`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(passwordFile, options.superuserPassword.reveal(), { mode: 0o600 });
  if (options.account) {
    await chown(fresh, options.account.uid, options.account.gid);
    await chown(passwordFile, options.account.uid, options.account.gid);
  }
  try {
    await runInitdb(options, fresh, passwordFile);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, options.directory);
  await chmod(options.directory, 0o700);
}

async function runInitdb(options: ClusterOptions, directory: string, passwordFile: string): Promise<void> {
  const args = ['--pgdata', directory, '--username', 'postgres', '--pwfile', passwordFile, '--auth', 'scram-sha-256'];
  // The built-in locale gives the same order and case rules on every machine, whatever its C library.
  args.push('--encoding', 'UTF8', '--locale-provider', 'builtin', '--locale', 'C', '--builtin-locale', 'C.UTF-8');
  const child = spawn(path.join(options.binaries, 'initdb'), args, {
    ...runAs(options.account),
    cwd: path.dirname(directory),
    env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
    });
  }
  const [code] = await once(child, 'close');
  if (code === 0) return;
  if (/no space left/i.test(output)) throw new AppError('start.disk_full', { detail: output.trim() });
  throw new AppError('start.postgres_failed', { detail: `initdb ended with ${code}:\n${output.trim()}` });
}

/**
 * Ends the server that a killed launcher left on these files. The pid in `postmaster.pid` counts only when that process
 * works in the directory: after a reboot the number may belong to any process.
 */
export async function endLeftServer(directory: string): Promise<boolean> {
  const text = await readFile(path.join(directory, 'postmaster.pid'), 'utf8').catch(() => '');
  const identity = identifyProcess(Number(text.split('\n')[0]));
  if (!identity) return false;
  const cwd = await readlink(`/proc/${identity.pid}/cwd`).catch(() => null);
  if (cwd !== directory) return false;
  await endProcess(identity, { signal: 'SIGINT', graceMs: 15_000 });
  return true;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
