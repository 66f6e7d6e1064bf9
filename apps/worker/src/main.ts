import { ConfigError, createLogger } from '@patchbay/foundation';
import { loadWorkerConfig, type WorkerConfig } from './config.ts';
import { startWorker } from './wire.ts';

const config = readConfig();
const logger = createLogger('worker', config.PATCHBAY_LOG_LEVEL);
const worker = await startWorker(config, logger);

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  worker.close().then(
    () => process.exit(0),
    (error) => {
      logger.error({ err: error }, 'the worker did not stop cleanly');
      process.exit(1);
    },
  );
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// The starter's end is ours: without it nobody would restart or stop this process.
process.on('disconnect', stop);
process.send?.({ type: 'ready' });

function readConfig(): WorkerConfig {
  try {
    return loadWorkerConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(78);
  }
}
