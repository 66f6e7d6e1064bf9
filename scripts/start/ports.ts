import { once } from 'node:events';
import { createServer } from 'node:net';
import { readSystemError } from '@patchbay/embedded';
import { AppError } from '@patchbay/foundation';
import type { StartConfig } from './config.ts';
import type { Installation } from './process-environment.ts';

/**
 * Checks the ports that a person chose and finds the others.
 *
 * @throws AppError start.port_in_use naming the variable to change
 */
export async function choosePorts(config: StartConfig): Promise<Installation['ports']> {
  const host = config.given.PATCHBAY_LISTEN_HOST || (config.mode === 'production' ? '::' : 'localhost');
  await refuseTaken('PATCHBAY_PORT', config.port, host);
  if (config.internalPort !== null) await refuseTaken('PATCHBAY_INTERNAL_PORT', config.internalPort, '127.0.0.1');
  const next = config.port + 1;
  const gatewayInternal =
    config.internalPort ?? (next <= 65_535 && (await isFree(next, '127.0.0.1')) ? next : await freePort());
  const [workerInternal, supervisorInternal, dashboard] = await freePorts();
  return { gatewayInternal, workerInternal, supervisorInternal, dashboard };
}

async function refuseTaken(variable: string, port: number, host: string): Promise<void> {
  if (await isFree(port, host)) return;
  throw new AppError('start.port_in_use', {
    detail: `Port ${port} is taken. Set ${variable} to another one.`,
    data: { variable, port },
  });
}

/** @throws AppError start.port_in_use when the port needs rights we lack */
async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code } = readSystemError(error);
    if (code === 'EADDRINUSE') return false;
    throw new AppError('start.port_in_use', {
      detail: `Port ${port} on ${host} cannot be used (${code}).`,
      cause: error,
    });
  }
  server.close();
  await once(server, 'close');
  return true;
}

async function freePort(): Promise<number> {
  const [port] = await freePorts();
  return port;
}

/** Three at once, so that they differ. */
async function freePorts(): Promise<[number, number, number]> {
  const servers = [0, 1, 2].map(() => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP listener has a port');
    return address.port;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports as [number, number, number]; // three servers were made
}
