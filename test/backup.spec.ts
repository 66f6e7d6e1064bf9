import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  ensureGeneratedSecrets,
  findPostgresBinaries,
  findServiceAccount,
  migrate,
  openDirectories,
  provisionDatabase,
  removeInstallation,
  socketUrl,
  startPostgres,
  urlsOfRoles,
} from '@patchbay/embedded';
import { temporaryDirectory } from '@patchbay/testing';
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { backUp } from '../scripts/backup/back-up.ts';
import { restore } from '../scripts/backup/restore.ts';

const opened: string[] = [];
afterEach(async () => {
  for (const data of opened.splice(0)) await removeInstallation(data);
});

/** The embedded database of a data directory, while `work` runs. */
async function withDatabase<T>(data: string, work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const directories = await openDirectories(data);
  const secrets = await ensureGeneratedSecrets(directories.data);
  const account = findServiceAccount(['postgres']);
  const socketDirectory = path.join(directories.sockets, 'postgres');
  const server = await startPostgres({
    binaries: await findPostgresBinaries({ account, copyDirectory: path.join(directories.programs, 'postgres') }),
    directory: directories.postgres,
    socketDirectory,
    account,
    superuserPassword: secrets.superuser,
    logFile: path.join(directories.logs, 'postgres.log'),
  });
  try {
    const superuser = { name: 'postgres', password: secrets.superuser };
    const adminUrl = socketUrl(socketDirectory, superuser, 'postgres');
    await provisionDatabase({ adminUrl, database: 'patchbay', passwords: secrets.roles });
    const { owner } = urlsOfRoles(socketUrl(socketDirectory, superuser, 'patchbay'), secrets.roles);
    await migrate({ ownerUrl: owner, directory: path.resolve(import.meta.dirname, '../prisma/migrations') });
    const client = new pg.Client({ connectionString: owner });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  } finally {
    await server.stop();
  }
}

it('refuses a running installation and one target for data and keys, and brings everything back elsewhere', async () => {
  const place = await temporaryDirectory('backup');
  const [original, copy] = [path.join(place, 'original'), path.join(place, 'copy')];
  opened.push(original, copy);
  const [dataFile, keysFile] = [path.join(place, 'here/data.tar.gz'), path.join(place, 'there/keys.tar.gz')];

  await withDatabase(original, async (owner) => {
    await owner.query('CREATE TABLE kept (text text)');
    await owner.query("INSERT INTO kept SELECT 'row ' || n FROM generate_series(1, 1000) n");
    await expect(backUp(original, dataFile, keysFile)).rejects.toThrow('not stopped cleanly');
  });
  await mkdir(path.join(original, 'artifacts/org_1'), { recursive: true });
  await writeFile(path.join(original, 'artifacts/org_1/code'), 'the artifact');
  await writeFile(path.join(original, 'demo.json'), 'what opens the demo', { mode: 0o600 });

  await expect(backUp(original, dataFile, path.join(place, 'here/keys.tar.gz'))).rejects.toThrow(
    'different directories',
  );
  await backUp(original, dataFile, keysFile);
  for (const file of [dataFile, keysFile]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  await expect(backUp(original, dataFile, keysFile)).rejects.toThrow('EEXIST');

  await expect(restore(dataFile, keysFile, original)).rejects.toThrow('holds an installation');
  await restore(dataFile, keysFile, copy);

  const masterKey = await readFile(path.join(original, 'master.key'), 'utf8');
  expect(await readFile(path.join(copy, 'master.key'), 'utf8')).toBe(masterKey);
  expect(await readFile(path.join(copy, 'artifacts/org_1/code'), 'utf8')).toBe('the artifact');
  expect(await readFile(path.join(copy, 'demo.json'), 'utf8')).toBe('what opens the demo');
  const rows = await withDatabase(copy, async (owner) => (await owner.query('SELECT count(*)::int FROM kept')).rows[0]);
  expect(rows).toEqual({ count: 1000 });
}, 60_000);

it('leaves no keys behind when the data cannot be unpacked', async () => {
  const place = await temporaryDirectory('backup');
  const target = path.join(place, 'target');
  opened.push(target);
  await writeFile(path.join(place, 'data.tar.gz'), 'not an archive');
  await writeFile(path.join(place, 'keys.tar.gz'), 'not an archive');
  await expect(restore(path.join(place, 'data.tar.gz'), path.join(place, 'keys.tar.gz'), target)).rejects.toThrow(
    'tar',
  );
  expect(existsSync(path.join(target, 'passwords.json'))).toBe(false);
});
