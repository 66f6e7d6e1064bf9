/** Starts and stops sandboxes for gateway and worker. Holds no database connection and no key. */
import { loadSupervisorConfig } from './config.ts';
import { listenForClients, listenInternally } from './server.ts';
import { wire } from './wire.ts';

const config = loadSupervisorConfig();
const { host, logger } = await wire(config);
const internal = await listenInternally(config.internalPort, host);
const clients = await listenForClients(config.socketPath, host);

const { ready, walls, limits } = host.health();
logger[ready ? 'info' : 'error']({ walls, limits }, ready ? 'serving' : 'connectors cannot run on this host');
process.send?.({ type: 'ready' });

let stopping = false;
async function stop(reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info({ reason }, 'draining');
  await host.close();
  clients.close();
  internal.close();
  process.exit(0);
}

process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
process.on('disconnect', () => void stop('the starter is gone'));
