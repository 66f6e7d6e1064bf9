/** Starts and stops sandboxes for gateway and worker. Holds no database connection and no key of the vault. */
import { runProcess } from '@patchbay/foundation/process';
import { loadSupervisorConfig } from './config.ts';
import { wireSupervisor } from './wire.ts';

await runProcess('supervisor', loadSupervisorConfig, wireSupervisor);
