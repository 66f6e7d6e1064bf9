/**
 *     npm run limits -- ORGANIZATION                    shows what an operator granted
 *     npm run limits -- ORGANIZATION name=value …       grants
 *     npm run limits -- ORGANIZATION --reset            ends every grant
 *
 * For the running installation of PATCHBAY_DATA, or the one of DATABASE_URL and KEYHOLDER_SOCKET.
 */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { socketUrl } from '@patchbay/embedded';
import { Secret } from '@patchbay/foundation';
import { z } from 'zod';

const PROGRAM = path.resolve(import.meta.dirname, '../../apps/gateway/src/operator/grant-limits.ts');
const DATA = path.resolve(process.env.PATCHBAY_DATA || '.patchbay');

const given = process.env.DATABASE_URL === undefined ? await embedded() : {};
const { status } = spawnSync(process.execPath, [PROGRAM, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, ...given },
});
process.exit(status ?? 1);

/** The environment of the embedded installation that runs in the data directory. */
async function embedded() {
  const read = async (name: string) => JSON.parse(await readFile(path.join(DATA, name), 'utf8'));
  try {
    const { sharedDirectory } = z.object({ sharedDirectory: z.string() }).parse(await read('ready.json'));
    const { app } = z.object({ app: z.string() }).parse(await read('passwords.json'));
    const login = { name: 'patchbay_app', password: new Secret(app) };
    return {
      DATABASE_URL: socketUrl(path.join(sharedDirectory, 'run/postgres'), login, 'patchbay'),
      KEYHOLDER_SOCKET: path.join(sharedDirectory, 'run/keyholder/gateway/keys.sock'),
    };
  } catch (cause) {
    console.error(
      `No installation runs in ${DATA}: start one with npm start, or set DATABASE_URL and KEYHOLDER_SOCKET.`,
    );
    if (cause instanceof Error) console.error(cause.message);
    process.exit(1);
  }
}
