/** The way to a database: its name resolved once and checked, TCP to that address, TLS verified by the name. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { AppError } from '@patchbay/foundation';
import type { PostgresTarget } from '@patchbay/sandbox-protocol';
import { type ResolveOptions, resolveDestination, resolveOpened } from '../addresses/resolve-destination.ts';
import { ByteReader } from './byte-reader.ts';
import { firstMessage, SSL_REQUEST } from './messages.ts';

export interface DatabaseWay extends ResolveOptions {
  /** Certificate authorities instead of the system's, where the connection names none. */
  readonly certificateAuthorities?: readonly string[] | undefined;
}

/**
 * An encrypted connection whose other end proved the target's name.
 *
 * @throws AppError `egress.address_refused`, `egress.upstream_failed`
 */
export async function openDatabase(
  target: Pick<PostgresTarget, 'host' | 'port' | 'addresses' | 'authority'>,
  way: DatabaseWay,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { host, port, addresses } = target;
  const address = addresses ? await resolveOpened(host, addresses, way) : await resolveDestination(host, way);
  const socket = connect({ host: address, port });
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort);
  try {
    await opened(socket, 'connect', `${host}:${port}`);
    socket.write(firstMessage(SSL_REQUEST));
    const reader = new ByteReader(socket, signal);
    const answer = (await reader.read(1)).toString('latin1');
    await reader.release();
    if (answer !== 'S') throw failed(`${host}:${port} does not offer TLS`);
    // Bytes that came before TLS can be anyone's who sits between the two.
    if (socket.readableLength > 0) throw failed(`${host}:${port} sent something before TLS`);
    return await encrypt(socket, target, way);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function encrypt(
  socket: Socket,
  { host, port, authority }: Pick<PostgresTarget, 'host' | 'port' | 'authority'>,
  way: DatabaseWay,
): Promise<TLSSocket> {
  const authorities = authority === null ? way.certificateAuthorities : [authority];
  const encrypted = connectTls({
    socket,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ...(authorities && { ca: [...authorities] }),
    minVersion: 'TLSv1.2',
  });
  await opened(encrypted, 'secureConnect', `${host}:${port}`);
  return encrypted;
}

function opened(socket: Socket, event: 'connect' | 'secureConnect', name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(failed(`${name}: ${error.code ?? error.message}`));
    const onClose = () => reject(failed(`${name} does not answer`));
    socket.once('error', onError).once('close', onClose);
    socket.once(event, () => {
      // Errors from here on end in the close, which its reader sees.
      socket
        .on('error', () => {})
        .off('error', onError)
        .off('close', onClose);
      resolve();
    });
  });
}

const failed = (detail: string) => new AppError('egress.upstream_failed', { detail: `${detail}.` });
