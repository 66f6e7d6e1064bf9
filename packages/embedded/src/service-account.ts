import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, chown } from 'node:fs/promises';

/** An unprivileged account of this machine under which a service runs when the platform is started as root. */
export interface ServiceAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** null when not started as root: then services run as the current user. No account is ever created. */
export function findServiceAccount(preferred: readonly string[]): ServiceAccount | null {
  if (process.getuid?.() !== 0) return null;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const wanted of [...preferred, 'nobody']) {
    const [name, , uid, gid] = lines.find((line) => line.startsWith(`${wanted}:`))?.split(':') ?? [];
    if (name !== undefined && uid !== undefined && gid !== undefined) {
      return { name, uid: Number(uid), gid: Number(gid) };
    }
  }
  throw new Error('this machine has no account "nobody" in /etc/passwd');
}

/** The users of a directory with a socket. */
export interface SocketOwner {
  readonly account: ServiceAccount | null;
  /** The group that may reach the socket, in addition to root and the account. */
  readonly clientGroup?: number | undefined;
}

/** Makes the directory the account's. Its clients can pass through it and cannot list it. */
export async function admitClients(directory: string, { account, clientGroup }: SocketOwner): Promise<void> {
  if (account === null) return;
  await chown(directory, account.uid, clientGroup ?? account.gid);
  await chmod(directory, clientGroup === undefined ? 0o700 : 0o710);
}

/** Whether the account can execute the file: every directory above it must let it through. */
export function mayExecute(file: string, account: ServiceAccount): boolean {
  return spawnSync('test', ['-x', file], { uid: account.uid, gid: account.gid }).status === 0;
}

/** The part of spawn options that makes a child run as the account. */
export function runAs(account: ServiceAccount | null): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}
