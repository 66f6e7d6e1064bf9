import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findPostgresBinaries, findServiceAccount, socketUrl, startPostgres } from '@patchbay/embedded';
import { Secret } from '@patchbay/foundation';

/**
 * `npm run prisma -- …`: the genuine Prisma CLI on the engine of this folder. Without DATABASE_URL it works on a
 * throw-away PostgreSQL, which is what `migrate dev` wants: it applies the migrations there, compares with the schema
 * and writes the next migration, and no other data is touched.
 */
const root = path.resolve(import.meta.dirname, '../..');

async function runPrisma(databaseUrl: string): Promise<number> {
  const cli = spawn(
    process.execPath,
    [path.join(root, 'node_modules/prisma/build/index.js'), ...process.argv.slice(2)],
    {
      cwd: root,
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        PRISMA_SCHEMA_ENGINE_BINARY: path.join(import.meta.dirname, 'rpc.mjs'),
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
      stdio: 'inherit',
    },
  );
  const [code]: (number | null)[] = await once(cli, 'exit');
  return code ?? 1;
}

async function withThrowAwayDatabase(work: (url: string) => Promise<number>): Promise<number> {
  const directory = await mkdtemp(path.join(tmpdir(), 'patchbay-prisma-'));
  await chmod(directory, 0o755);
  const account = findServiceAccount(['postgres']);
  const password = new Secret(randomBytes(24).toString('base64url'));
  const socketDirectory = path.join(directory, 'socket');
  const postgres = await startPostgres({
    binaries: await findPostgresBinaries({ account, copyDirectory: path.join(directory, 'binaries') }),
    directory: path.join(directory, 'postgres'),
    socketDirectory,
    account,
    superuserPassword: password,
    logFile: path.join(directory, 'postgres.log'),
  });
  try {
    return await work(socketUrl(socketDirectory, { name: 'postgres', password }, 'postgres'));
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

// The terminal sends Ctrl-C to the CLI as well; it ends first, and then what it worked on is removed.
process.on('SIGINT', () => {});
const given = process.env.DATABASE_URL;
process.exitCode = given ? await runPrisma(given) : await withThrowAwayDatabase(runPrisma);
