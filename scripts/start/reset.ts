import path from 'node:path';
import { openDirectories, removeInstallation } from '@patchbay/embedded';
import { loadStartConfig } from './config.ts';
import { InstanceLock } from './instance-lock.ts';

/**
 * `npm run reset -- --yes`: removes an installation that does not run, with its database, artifacts, keys and the
 * shared directory outside of the data directory.
 */
const { dataDirectory } = loadStartConfig(process.env, path.resolve(import.meta.dirname, '../..'));
if (process.argv.includes('--yes')) {
  try {
    await InstanceLock.acquire((await openDirectories(dataDirectory)).run);
    await removeInstallation(dataDirectory);
    process.stdout.write(`Removed ${dataDirectory} and what belonged to it.\n`);
  } catch (error) {
    process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
} else {
  process.stdout.write(`This removes everything below ${dataDirectory} for good. Say so: npm run reset -- --yes\n`);
  process.exitCode = 1;
}
