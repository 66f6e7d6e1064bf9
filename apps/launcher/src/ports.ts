import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort } from '@patchbay/embedded';
import { AppError, readSystemError } from '@patchbay/foundation';
import type { StartConfig } from './config.ts';
import type { Installation } from './processes/process-environment.ts';

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
  const taken = new Set([config.port, gatewayInternal]);
  const another = async (): Promise<number> => {
    const port = await freePort();
    if (taken.has(port)) return another();
    taken.add(port);
    return port;
  };
  return {
    gatewayInternal,
    workerInternal: await another(),
    supervisorInternal: await another(),
    dashboard: await another(),
  };
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
