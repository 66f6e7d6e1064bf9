/** Runs the deploy pipeline and the schedules. */
import { runProcess } from '@patchbay/foundation/process';
import { loadWorkerConfig } from './config.ts';
import { wireWorker } from './wire.ts';

await runProcess('worker', loadWorkerConfig, wireWorker);
