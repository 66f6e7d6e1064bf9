import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const INSTALLER = path.resolve(import.meta.dirname, '../../scripts/bootstrap/install-peers.mjs');

/** Installs a folder of `tools/peers` from its own lockfile, unless that is done. @throws Error when it cannot be installed */
export async function installPeers(name: 'http' | 'sandbox'): Promise<void> {
  // Only figures go to standard output.
  const installer = spawn(process.execPath, [INSTALLER, name], { stdio: ['ignore', process.stderr, process.stderr] });
  const [code] = await once(installer, 'exit');
  if (code !== 0) throw new Error(`the peers in tools/peers/${name} were not installed`);
}
