/** Holds the master key for the processes that may ask. */
import { runProcess } from '@patchbay/foundation/process';
import { loadKeyholderConfig } from './config.ts';
import { wireKeyholder } from './wire.ts';

await runProcess('keyholder', loadKeyholderConfig, wireKeyholder);
