/** Installs the clients of others for the tests that run them. What is installed already is not installed again. */
import path from 'node:path';
import { once } from './once.mjs';
import { PNPM, ROOT, toolEnvironment } from './prepare.mjs';
import { mustRun } from './run-command.mjs';

const PEERS = path.join(ROOT, 'tools/peers');

await once(
  {
    stamp: path.join(PEERS, 'node_modules/.patchbay-installed'),
    inputs: () => [path.join(PEERS, 'package.json'), path.join(PEERS, 'pnpm-lock.yaml')],
    outputs: [path.join(PEERS, 'node_modules/.modules.yaml')],
    lockFile: path.join(ROOT, 'node_modules/.patchbay-peers.lock'),
  },
  () =>
    // Their install scripts do not run: what they would build, these clients do not need to list and call tools.
    mustRun(
      'The installation of the peers',
      'npx',
      ['--yes', PNPM, 'install', '--ignore-workspace', '--frozen-lockfile', '--ignore-scripts', '--prod'],
      { cwd: PEERS, env: { ...toolEnvironment(), CI: '1' } },
    ),
);
