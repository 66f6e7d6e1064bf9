/**
 * The platform's own connections that are not HTTP, such as those to a mail server: resolved once, checked, and connected
 * to exactly that address.
 */
import { connect, type Socket } from 'node:net';
import { AppError, within } from '@patchbay/foundation';
import { type ResolveOptions, resolveDestination } from './addresses/resolve-destination.ts';

export interface ConnectTarget {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/** @throws AppError `egress.address_refused`, `egress.upstream_failed` */
export type GuardedConnect = (target: ConnectTarget) => Promise<Socket>;

/** A way to open TCP connections under these rules. One per purpose. */
export function createGuardedConnect(options: ResolveOptions = {}): GuardedConnect {
  return async function guardedConnect({ host, port, timeoutMs }) {
    const late = () => new AppError('egress.upstream_failed', { detail: `${host} does not answer.` });
    const address = await within(timeoutMs, resolveDestination(host, options), late);
    const socket = connect({ host: address, port });
    try {
      await within(timeoutMs, connected(socket), late);
      return socket;
    } catch (error) {
      socket.destroy();
      if (error instanceof AppError) throw error;
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      throw new AppError('egress.upstream_failed', { detail: `${host}:${port}: ${code}.`, cause: error });
    }
  };
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve();
    });
    socket.once('error', reject);
  });
}
