/**
 * Installs programs of others for the tests and benchmarks that run them: `node install-peers.mjs clients`. The folders
 * of `tools/peers` are workspaces of their own. Installed ones are not installed again.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { once } from './once.mjs';
import { PNPM, ROOT, toolEnvironment } from './prepare.mjs';
import { mustRun } from './run-command.mjs';

const [name = ''] = process.argv.slice(2);
const folder = path.join(ROOT, 'tools/peers', name);
if (name === '' || !existsSync(path.join(folder, 'package.json'))) {
  console.error(`tools/peers has no folder "${name}" with programs to install.`);
  process.exit(2);
}

await once(
  {
    stamp: path.join(folder, 'node_modules/.patchbay-installed'),
    inputs: () => ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((file) => path.join(folder, file)),
    outputs: [path.join(folder, 'node_modules/.modules.yaml')],
    lockFile: path.join(ROOT, `node_modules/.patchbay-peers-${name}.lock`),
  },
  () =>
    mustRun('The installation of the peers', 'npx', ['--yes', PNPM, 'install', '--frozen-lockfile', '--prod'], {
      cwd: folder,
      env: { ...toolEnvironment(), CI: '1' },
    }),
);
