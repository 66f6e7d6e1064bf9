/**
 * CONNECT, for hosts whose rule has `tunnel: true`: bytes that the proxy does not read. It reads the first ones: a
 * ClientHello that names the host, so that a tunnel to a shared front is not a tunnel to its other tenants. No
 * credential.
 */
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@patchbay/foundation';
import { hostName, matchDestination } from '../addresses/match-destination.ts';
import { resolveDestination } from '../addresses/resolve-destination.ts';
import { bounded } from '../bounded.ts';
import type { EgressLimits } from '../egress-limits.ts';
import { readClientHello } from './client-hello.ts';
import type { EgressProxyOptions } from './egress-options.ts';

const TARGET = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+):(\d{1,5})$/i;

interface Client {
  readonly socket: Socket;
  /** The bytes that the sandbox sent after the request. */
  readonly head: Buffer;
}

/** Resolves when the tunnel has ended. @throws AppError `egress.*` when it must not or cannot be opened */
export async function openTunnel(
  target: string,
  client: Client,
  options: EgressProxyOptions & { readonly limits: EgressLimits },
): Promise<void> {
  const { limits } = options;
  const [, host = '', port = ''] = TARGET.exec(target) ?? [];
  if (host === '') throw new AppError('egress.request_refused', { detail: 'A tunnel is asked for by host:port.' });
  const ruling = matchDestination(host, Number(port), options.rules(), 'tunnel');
  if (!ruling.allowed) throw new AppError('egress.host_not_declared', { detail: `${ruling.reason}.` });
  const name = hostName(host);
  if (options.calls?.providerOf(name)) {
    throw new AppError('egress.credential_refused', {
      detail: `${name} is asked with the caller’s account, by plain requests only.`,
    });
  }
  const address = await resolveDestination(host, options);
  client.socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  const opened = await readHello(client, name, limits);
  const upstream = await dial(address, Number(port), limits);
  const end = setTimeout(() => upstream.destroy(new Error('the time is over')), limits.totalMs);
  for (const side of [client.socket, upstream]) side.setTimeout(limits.idleMs, () => side.destroy());
  upstream.write(opened);
  try {
    await Promise.all([
      pipeline(client.socket, bounded(limits.requestBytes, 'Bytes that the tunnel sent'), upstream),
      pipeline(upstream, bounded(limits.responseBytes, 'Bytes that the tunnel received'), client.socket),
    ]);
  } catch (error) {
    if (error instanceof AppError) options.onRefusal(`tunnel to ${name}:${port}: ${error.code}: ${error.detail}`);
  } finally {
    clearTimeout(end);
    upstream.destroy();
    client.socket.destroy();
  }
}

/** Waits for the complete hello and returns its bytes. */
function readHello(client: Client, host: string, limits: EgressLimits): Promise<Buffer> {
  const { socket } = client;
  return new Promise((resolve, reject) => {
    let seen = client.head;
    const refuse = (detail: string) => {
      finish();
      reject(new AppError('egress.tunnel_refused', { detail: `${host}: ${detail}.` }));
    };
    const timer = setTimeout(() => refuse('no ClientHello came in time'), limits.connectMs);
    const onClose = () => refuse('the connection ended before a ClientHello');
    const look = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const hello = readClientHello(seen);
      if (hello.state === 'incomplete')
        return seen.length > limits.headerBytes * 2 ? refuse('the ClientHello is too long') : undefined;
      if (hello.state === 'refused') return refuse(hello.reason);
      if (hello.serverName !== host) return refuse(`the ClientHello names ${hello.serverName.slice(0, 100)}`);
      finish();
      resolve(seen);
    };
    const finish = () => {
      clearTimeout(timer);
      socket.off('data', look).off('close', onClose);
      socket.pause();
    };
    socket.on('data', look).on('close', onClose);
    look(Buffer.alloc(0));
  });
}

function dial(address: string, port: number, limits: EgressLimits): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const upstream = connect({ host: address, port, timeout: limits.connectMs });
    const failed = (reason: string) => {
      upstream.destroy();
      reject(new AppError('egress.upstream_failed', { detail: `${address}: ${reason}.` }));
    };
    upstream.once('timeout', () => failed('timed out'));
    upstream.once('error', (error: NodeJS.ErrnoException) => failed(error.code ?? error.message));
    upstream.once('connect', () => {
      upstream.removeAllListeners('timeout');
      resolve(upstream);
    });
  });
}
