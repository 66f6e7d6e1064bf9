import path from 'node:path';
import { listAbandonedDirectories, removeAbandonedDirectory, removeInstallation } from '@patchbay/embedded';
import { loadStartConfig } from './config.ts';
import { InstanceLock } from './files/instance-lock.ts';

/**
 *     npm run reset -- --yes                        removes an installation that does not run, in whatever state it is:
 *                                                   database, artifacts, keys, and the shared directory outside of it
 *     npm run reset -- --abandoned                  lists shared directories whose data directory is gone
 *     npm run reset -- --abandoned DIRECTORY --yes  removes one of them
 */
const args = process.argv.slice(2);
const isAbandoned = args.includes('--abandoned');
const named = args.find((arg) => !arg.startsWith('--'));
const isSure = args.includes('--yes');
const say = (text: string) => process.stdout.write(`${text}\n`);

try {
  if (isAbandoned && named === undefined) await list();
  else if (isAbandoned) await removeNamed(path.resolve(named ?? ''));
  else await removeAll();
} catch (error) {
  process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function list(): Promise<void> {
  const abandoned = await listAbandonedDirectories();
  if (abandoned.length === 0) say('There is no shared directory without its data directory.');
  for (const { directory, dataDirectory } of abandoned) say(`${directory}  of ${dataDirectory}, which is gone`);
  if (abandoned.length > 0) say('Remove one for good: npm run reset -- --abandoned DIRECTORY --yes');
}

async function removeNamed(directory: string): Promise<void> {
  if (!isSure)
    return ask(`This removes ${directory} for good, with the database in it.`, `--abandoned ${directory} --yes`);
  await removeAbandonedDirectory(directory);
  say(`Removed ${directory}.`);
}

async function removeAll(): Promise<void> {
  const { dataDirectory } = loadStartConfig(path.resolve(import.meta.dirname, '../../..'));
  if (!isSure) return ask(`This removes everything below ${dataDirectory} for good.`, '--yes');
  await InstanceLock.refuseRunning(path.join(dataDirectory, 'run'));
  await removeInstallation(dataDirectory);
  say(`Removed ${dataDirectory} and what belonged to it.`);
}

function ask(what: string, answer: string): void {
  say(`${what} Confirm: npm run reset -- ${answer}`);
  process.exitCode = 1;
}
