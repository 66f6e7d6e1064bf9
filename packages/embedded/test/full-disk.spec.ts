import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Secret } from '@patchbay/foundation';
import { openSmallDisk, skipUnless, temporaryDirectory } from '@patchbay/testing';
import pg from 'pg';
import { afterEach, expect } from 'vitest';
import { socketUrl } from '../src/index.ts';

const tried = await openSmallDisk(4096);
await tried?.unmount();
const { describe, it } = skipUnless(tried !== null, 'this user may mount no disk');
const MEBIBYTE = 1024 * 1024;
const SUPERUSER_PASSWORD = 'a-password-of-the-superuser';
const PROGRAM = path.join(import.meta.dirname, 'programs/run-postgres.ts');

interface StartedServer {
  readonly pid: number;
  /** Resolves when the server and the program that started it are gone. */
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** PostgreSQL on a disk of its own, its socket and its programs elsewhere. */
async function onDisk(bytes: number) {
  const place = await temporaryDirectory('full');
  await chmod(place, 0o755); // the server's account must pass through
  const mounted = await openSmallDisk(bytes, '0755');
  if (mounted === null) throw new Error('a disk was mounted a moment ago, and no other can be');
  const disk = mounted.directory;
  const filler = path.join(disk, 'filler');
  return {
    async start(): Promise<StartedServer> {
      const inputs = {
        directory: path.join(disk, 'postgres'),
        socketDirectory: path.join(place, 'socket'),
        copyDirectory: path.join(place, 'binaries'),
        logFile: path.join(place, 'postgres.log'),
        superuserPassword: SUPERUSER_PASSWORD,
      };
      const words = [...mounted.enter, process.execPath, PROGRAM, JSON.stringify(inputs)];
      const program = spawn('env', words, { stdio: ['pipe', 'pipe', 'inherit'] });
      const ended = once(program, 'exit');
      const [line] = (await once(createInterface(program.stdout), 'line')) as [string];
      const { pid, code } = JSON.parse(line) as { pid?: number; code?: string };
      if (pid === undefined) throw Object.assign(new Error(`PostgreSQL did not start: ${code}`), { code });
      const stop = async () => {
        program.stdin.end();
        await ended;
      };
      return { pid, ended, stop };
    },
    async query(sql: string) {
      const name = { name: 'postgres', password: new Secret(SUPERUSER_PASSWORD) };
      const client = new pg.Client({ connectionString: socketUrl(path.join(place, 'socket'), name, 'postgres') });
      await client.connect();
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
    async fill() {
      const { bavail, bsize } = await statfs(disk);
      await appendFile(filler, Buffer.alloc(bavail * bsize));
    },
    clear: () => rm(filler),
    unmount: () => mounted.unmount(),
  };
}

let disk: Awaited<ReturnType<typeof onDisk>> | undefined;
let running: StartedServer | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await disk?.unmount();
  disk = undefined;
});

describe('PostgreSQL on a full disk', () => {
  it('PostgreSQL is not created on a disk that is too small, and the error names the disk', async () => {
    disk = await onDisk(8 * MEBIBYTE);
    await expect(disk.start()).rejects.toMatchObject({ code: 'start.disk_full' });
  });

  it('PostgreSQL on a full disk refuses writes, answers reads, and has lost nothing afterwards', async () => {
    disk = await onDisk(160 * MEBIBYTE);
    running = await disk.start();
    await disk.query('CREATE TABLE kept AS SELECT 42 AS answer');
    await disk.fill();
    const large = 'CREATE TABLE large AS SELECT repeat(md5(i::text), 50) FROM generate_series(1, 50000) AS i';
    await expect(disk.query(large)).rejects.toThrow(/No space left on device/);
    expect(await disk.query('SELECT answer FROM kept')).toEqual([{ answer: 42 }]);

    process.kill(running.pid, 'SIGKILL');
    await running.ended;
    await disk.clear();
    running = await disk.start();
    expect(await disk.query('SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });
});
