/** `npm run probe`: the supervisor's probe with the bubblewrap that `npm start` would use, unless BWRAP_PATH names one. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { findBubblewrap } from '@patchbay/embedded';

const PROBE = path.resolve(import.meta.dirname, '../../apps/supervisor/src/probe.ts');

const bubblewrap =
  process.env.BWRAP_PATH === undefined
    ? await findBubblewrap({ searchPath: process.env.PATH ?? '', say: console.error })
    : { found: process.env.BWRAP_PATH };
if ('missing' in bubblewrap) {
  console.error(`There is no bubblewrap: ${bubblewrap.missing}. Install it, or name it in BWRAP_PATH.`);
  process.exit(2);
}
const { status } = spawnSync(process.execPath, [PROBE, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, BWRAP_PATH: bubblewrap.found },
});
process.exit(status ?? 2);
