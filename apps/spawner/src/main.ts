/**
 * Starts, limits and ends the processes of sandboxes for the supervisor, which has no privilege. Opens no port and reads
 * nothing that a sandbox, a caller or the network wrote.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir } from 'node:fs/promises';
import { createLogger } from '@patchbay/foundation';
import { onLauncherGone, sendToLauncher } from '@patchbay/foundation/process';
import { createBubblewrapDriver, SpawnerServer } from '@patchbay/sandbox-host/drivers';
import { loadSpawnerConfig } from './config.ts';

const config = loadSpawnerConfig(process.env);
const logger = createLogger('spawner', config.logLevel);
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop.abort(signal));
onLauncherGone(() => stop.abort('the launcher is gone'));

await mkdir(config.directory, { recursive: true, mode: 0o711 });
await mkdir(config.supervisorDirectory, { recursive: true, mode: 0o755 });
await chown(config.supervisorDirectory, config.supervisor.uid, config.supervisor.gid);
const driver = await createBubblewrapDriver({
  directory: config.directory,
  bubblewrapFile: config.bubblewrapFile,
  nodeFile: process.execPath,
  bootId: randomBytes(4).toString('hex'),
  runtimeCpuCores: config.runtimeCpuCores,
  egressUid: config.supervisor.uid,
});
await driver.removeLeftovers();
const server = new SpawnerServer({
  driver,
  mountRoots: config.mountRoots,
  onProblem: (problem) => logger.warn({ problem }, 'a request was not served'),
});
await server.listen(config.socketPath, config.supervisor.gid);
logger.info({ socket: config.socketPath, reducedBy: driver.reducedBy }, 'ready');
sendToLauncher({ type: 'ready', internalPort: 0 });
if (!stop.signal.aborted) await once(stop.signal, 'abort');
await server.close();
logger.info({ reason: stop.signal.reason }, 'ended');
process.exit(0);
