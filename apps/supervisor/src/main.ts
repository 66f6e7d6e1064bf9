/** Starts and stops sandboxes for gateway and worker. Holds no database connection and no key of the vault. */
import { announceSupervisor } from '@patchbay/sandbox/registry';
import { loadSupervisorConfig } from './config.ts';
import { listenInternally } from './internal-server.ts';
import { listenForClients } from './listen-for-clients.ts';
import { wire } from './wire.ts';

const config = loadSupervisorConfig();
const { host, logger, doors } = await wire(config);
const internal = await listenInternally(host, { port: config.internalPort, hostId: config.hostId });
const clients = await listenForClients(host, doors);
const { registryUrl: redisUrl, advertised: address, hostId } = config;
const announcement = redisUrl && address ? announceSupervisor({ redisUrl, hostId, address, logger }) : null;

const { ready, walls, limits } = host.health();
logger[ready ? 'info' : 'error']({ walls, limits }, ready ? 'serving' : 'connectors cannot run on this host');
process.send?.({ type: 'ready' });

let stopping = false;
async function stop(reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info({ reason }, 'draining');
  clients.leave();
  await Promise.all([announcement?.close(), host.close()]);
  clients.close();
  internal.close();
  process.exit(0);
}

process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
process.on('disconnect', () => void stop('the starter is gone'));
