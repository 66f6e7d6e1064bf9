import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, Secret } from '@patchbay/foundation';
import { type Damage, damageFile, temporaryDirectory } from '@patchbay/testing';
import pg from 'pg';
import { expect } from 'vitest';
import { findPostgresBinaries, findServiceAccount, socketUrl, startPostgres } from '../src/index.ts';

const superuserPassword = new Secret('a-password-of-the-superuser');
const account = findServiceAccount(['postgres']);
const PARTS = ['postgres', 'postgres.files.json'];

/** A stopped database with a table, and a copy of its files from which each round begins. */
export class DamagedDatabase {
  readonly #place: string;
  readonly directory: string;
  /** The relative path of the table's own file. */
  tableFile = '';
  readonly #copy: string;

  private constructor(place: string) {
    this.#place = place;
    this.directory = path.join(place, 'postgres');
    this.#copy = path.join(place, 'copy');
  }

  static async create(): Promise<DamagedDatabase> {
    const place = await temporaryDirectory('damaged');
    await chmod(place, 0o755); // the server's account must pass through
    const database = new DamagedDatabase(place);
    await database.#run(async (client) => {
      await client.query('CREATE TABLE kept (n int PRIMARY KEY, text text)');
      await client.query("INSERT INTO kept SELECT n, repeat('x', 100) FROM generate_series(1, 2000) n");
      const { rows } = await client.query<{ file: string }>("SELECT pg_relation_filepath('kept') AS file");
      database.tableFile = rows[0]?.file ?? '';
    });
    await mkdir(database.#copy);
    for (const name of PARTS) execFileSync('cp', ['-a', path.join(place, name), path.join(database.#copy, name)]);
    return database;
  }

  /** Relative paths of every file. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.directory, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.directory, path.join(entry.parentPath, entry.name)))
      .sort();
  }

  /** Without the list the files are as a crash leaves them: PostgreSQL itself must notice. */
  async forgetList(): Promise<void> {
    await rm(`${this.directory}.files.json`);
  }

  /**
   * Damages one file and starts. Either everything is there, or the start is refused by the name of the file and with
   * a way back, and every other file is as it was. Returns which, and puts the files back.
   */
  async round(file: string, damage: Damage): Promise<'works' | 'refused'> {
    let isRefused = false;
    try {
      await damageFile(path.join(this.directory, file), damage);
      const before = await this.#content();
      const error: unknown = await this.#run(async (client) => {
        const { rows } = await client.query('SELECT count(*)::int, sum(n)::int, min(length(text)) FROM kept');
        expect(rows, `${file} ${damage}`).toEqual([{ count: 2000, sum: 2_001_000, min: 100 }]);
      }).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error === null) return 'works';
      if (!(error instanceof AppError)) throw error;
      expect(error.code, `${file} ${damage}: ${error.message}`).toMatch(
        /^start\.(database_damaged|installation_incomplete)$/,
      );
      // PostgreSQL names some of its files by what they are, and segments of its log without their folder.
      const named = [file, path.basename(file), ...(NAMED[file] ?? [])].some((name) => error.message.includes(name));
      expect(named, `${file} ${damage}: ${error.message}`).toBe(true);
      expect(Object.keys(await this.#content())).toEqual(expect.arrayContaining(Object.keys(before)));
      isRefused = true;
      return 'refused';
    } finally {
      await this.#restore(file, isRefused);
    }
  }

  /** All files once a server ran on them; the damaged one alone where the start was refused before. */
  async #restore(file: string, isRefused: boolean): Promise<void> {
    const isUntouched = isRefused && existsSync(`${this.directory}.files.json`);
    for (const name of isUntouched ? [path.join('postgres', file)] : PARTS) {
      await rm(path.join(this.#place, name), { recursive: true, force: true });
      execFileSync('cp', ['-a', path.join(this.#copy, name), path.join(this.#place, name)]);
    }
  }

  async #content(): Promise<Record<string, number>> {
    const content: Record<string, number> = {};
    for (const file of await this.files()) content[file] = (await stat(path.join(this.directory, file))).size;
    return content;
  }

  async #run(work: (client: pg.Client) => Promise<void>): Promise<void> {
    const socketDirectory = path.join(this.#place, 'socket');
    const server = await startPostgres({
      binaries: await findPostgresBinaries({ account, copyDirectory: path.join(this.#place, 'binaries') }),
      directory: this.directory,
      socketDirectory,
      account,
      superuserPassword,
      logFile: path.join(this.#place, 'postgres.log'),
      guardsFiles: true,
    });
    try {
      const user = { name: 'postgres', password: superuserPassword };
      const client = new pg.Client({ connectionString: socketUrl(socketDirectory, user, 'postgres') });
      client.on('error', () => {});
      await client.connect();
      try {
        await work(client);
      } finally {
        await client.end();
      }
    } finally {
      await server.stop();
    }
  }
}

const NAMED: Record<string, readonly string[]> = {
  'global/pg_control': ['control file', 'database system'],
};
