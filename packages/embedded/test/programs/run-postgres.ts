import { Secret } from '@patchbay/foundation';
import { z } from 'zod';
import { findPostgresBinaries, findServiceAccount, startPostgres } from '../../src/index.ts';

/**
 * Starts PostgreSQL as the launcher does, from a process that sees what that process sees (for example, a mount
 * namespace):
 *   run-postgres.ts '{"directory": …, "socketDirectory": …, "copyDirectory": …, "logFile": …, "superuserPassword": …}'
 * Prints one line of JSON, `{"pid"}` or the error's `{"code"}`, and stops the server when its standard input ends.
 */
const inputs = z.object({
  directory: z.string(),
  socketDirectory: z.string(),
  copyDirectory: z.string(),
  logFile: z.string(),
  superuserPassword: z.string(),
});
const { copyDirectory, superuserPassword, ...places } = inputs.parse(JSON.parse(process.argv[2] ?? ''));
const account = findServiceAccount(['postgres']);

try {
  const binaries = await findPostgresBinaries({ account, copyDirectory });
  const service = await startPostgres({
    ...places,
    binaries,
    account,
    superuserPassword: new Secret(superuserPassword),
  });
  console.info(JSON.stringify({ pid: service.pid }));
  process.stdin.once('end', () => void service.stop()).resume();
  await service.ended;
  process.stdin.destroy();
} catch (error) {
  console.info(JSON.stringify({ code: (error as { code?: string }).code }));
  process.exitCode = 1;
}
