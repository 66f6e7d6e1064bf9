import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  ensureGeneratedSecrets,
  openDirectories,
  removeInstallation,
  socketUrl,
  withDatabase,
} from '@patchbay/embedded';
import { type Damage, damageFile, temporaryDirectory } from '@patchbay/testing';
import pg from 'pg';
import { expect } from 'vitest';
import { StandIn } from './stand-in.ts';

/** An installation that ran and was stopped, and a copy of it from which each round begins. */
export class DamagedInstallation {
  readonly #standIn: StandIn;
  readonly #copy: string;
  readonly shared: string;

  private constructor(standIn: StandIn, copy: string, shared: string) {
    this.#standIn = standIn;
    this.#copy = copy;
    this.shared = shared;
  }

  get data(): string {
    return this.#standIn.data;
  }

  static async create(): Promise<DamagedInstallation> {
    const standIn = await StandIn.create();
    const { sharedDirectory } = await standIn.start();
    const installation = new DamagedInstallation(standIn, await temporaryDirectory('copy'), sharedDirectory);
    await installation.#query('CREATE TABLE kept AS SELECT n FROM generate_series(1, 1000) n');
    await standIn.end('SIGTERM');
    for (const [from, name] of installation.#parts())
      execFileSync('cp', ['-a', from, path.join(installation.#copy, name)]);
    return installation;
  }

  /** Absolute paths of every file of its own; programs and sockets are no data. */
  async files(): Promise<string[]> {
    const entries = await Promise.all(
      [this.data, this.shared].map((directory) => readdir(directory, { recursive: true, withFileTypes: true })),
    );
    const files = entries.flat().filter((entry) => entry.isFile());
    const paths = files.map((entry) => path.join(entry.parentPath, entry.name));
    return [...new Set(paths)].filter((file) => !/\/(compile-cache|programs|packages|sandbox)\//.test(file)).sort();
  }

  /**
   * Damages one file and starts: everything is there, or the start is refused by the name of the file and with what to
   * do. Nothing else is removed or made smaller. Returns which, and puts everything back.
   */
  async round(file: string, damage: Damage): Promise<'works' | 'refused'> {
    const what = `${path.basename(file)} ${damage}`;
    let isRefused = false;
    try {
      await damageFile(file, damage);
      const before = await this.files();
      const output = await this.#standIn.start().then(
        () => null,
        (error: unknown) => String(error),
      );
      if (output === null) {
        expect(await this.#query('SELECT count(*)::int FROM kept'), what).toEqual([{ count: 1000 }]);
        return 'works';
      }
      expect(output, what).toContain(file);
      expect(output, what).toMatch(/What to do: .+/);
      expect(output, what).not.toMatch(/Unexpected end of JSON|is not valid JSON|ZodError/);
      const after = new Set(await this.files());
      const volatile = /\/run\/|ready\.json$|\.sock$|\/redis\/|postmaster|pg_internal\.init$|\/logs\//;
      expect(
        before.filter((one) => !after.has(one) && !volatile.test(one)),
        what,
      ).toEqual([]);
      isRefused = true;
      return 'refused';
    } finally {
      await this.#standIn.end('SIGTERM');
      await this.#restore(file, isRefused);
    }
  }

  /** Everything once services ran on it; the damaged file alone where the start was refused before. */
  async #restore(file: string, isRefused: boolean): Promise<void> {
    const isUntouched = isRefused && existsSync(path.join(this.shared, 'postgres.files.json'));
    for (const [to, name] of this.#parts()) {
      const inside = path.relative(to, file);
      if (isUntouched && inside.startsWith('..')) continue;
      const place = isUntouched ? file : to;
      const copy = path.join(this.#copy, name, isUntouched ? inside : '');
      await rm(place, { recursive: true, force: true });
      if (existsSync(copy)) execFileSync('cp', ['-a', copy, place]);
    }
  }

  async remove(): Promise<void> {
    await this.#standIn.end('SIGTERM');
    await removeInstallation(this.data);
  }

  #parts(): [string, string][] {
    const parts: [string, string][] = [[this.data, 'data']];
    if (!this.shared.startsWith(this.data)) parts.push([this.shared, 'shared']);
    return parts;
  }

  async #query(sql: string): Promise<unknown[]> {
    const { superuser } = await ensureGeneratedSecrets(this.data);
    const socket = path.join((await openDirectories(this.data)).sockets, 'postgres');
    const url = withDatabase(socketUrl(socket, { name: 'postgres', password: superuser }, 'postgres'), 'patchbay');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }
}
