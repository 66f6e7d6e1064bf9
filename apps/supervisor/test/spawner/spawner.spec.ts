/** The spawner as a process, with supervisors that have its privilege and one that has none. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { newId } from '@patchbay/foundation';
import { SpawnerDriver } from '@patchbay/sandbox-host';
import { skipUnless, waitFor } from '@patchbay/testing';
import {
  type GivenHost,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { afterAll, beforeAll, expect } from 'vitest';
import { type GivenSpawner, givenSpawner } from './given-spawner.ts';

const isRoot = process.getuid?.() === 0;
const privileged = skipUnless(
  hasBubblewrap && isRoot,
  isRoot ? NO_BUBBLEWRAP : 'only root can start processes of others',
);

/** A user that exists nowhere else. */
const SUPERVISOR = 645_000_007;
const PROGRAM = path.resolve(import.meta.dirname, 'programs/unprivileged-supervisor.ts');

privileged.describe('the spawner for a supervisor without privilege', () => {
  let spawner: GivenSpawner;
  let programFile: string;
  let probeProgramFile: string;
  let host: GivenHost;
  beforeAll(async () => {
    spawner = await givenSpawner(SUPERVISOR);
    host = await givenHost();
    [programFile, probeProgramFile] = await Promise.all([host.programs.file('runner'), host.programs.file('probe')]);
  });
  afterAll(async () => {
    await host?.close();
    await spawner?.close();
  });

  /** The program, and a promise that is rejected with its error output when it ends. */
  function startAs(uid: number): { readonly child: ChildProcess; readonly ended: Promise<never> } {
    const args = [PROGRAM, spawner.socketPath, probeProgramFile, programFile];
    const child = spawn(process.execPath, args, { uid, gid: uid, stdio: ['ignore', 'pipe', 'pipe'], env: {} });
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk;
    });
    const ended = once(child, 'close').then(() => Promise.reject(new Error(errors)));
    ended.catch(() => {}); // a test that kills it does not wait for this
    return { child, ended };
  }

  privileged.it('a user of another group cannot ask it for anything', async () => {
    await expect(startAs(SUPERVISOR + 1).ended).rejects.toThrow('EACCES');
  });

  privileged.it('its sandboxes have every isolation layer and limit, and end with the supervisor', async () => {
    const { child, ended } = startAs(SUPERVISOR);
    if (!child.stdout) throw new Error('spawn() was asked to make a pipe of it');
    const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
    const { uid, report, pid, memoryBytes } = JSON.parse(String(line));
    expect(uid).toBe(SUPERVISOR);
    expect(report.isolation).toEqual({ state: 'complete', missing: [] });
    expect(report.limits.reasons.join()).not.toMatch(/uid/);
    expect(memoryBytes === null || memoryBytes > 0).toBe(true);
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    child.kill('SIGKILL');
    await waitFor(() => !existsSync(`/proc/${pid}`));
  });
});

privileged.describe('the spawner and what it is asked for', () => {
  let spawner: GivenSpawner;
  let driver: SpawnerDriver;
  let host: GivenHost;
  beforeAll(async () => {
    spawner = await givenSpawner(0);
    const { programs, close } = await givenHost();
    const probeProgramFile = await programs.file('probe');
    await close();
    driver = new SpawnerDriver({ socketPath: spawner.socketPath, probeProgramFile });
    host = await givenHost({ makeDriver: () => driver });
  });
  afterAll(async () => {
    await host?.close();
    await spawner?.close();
  });

  const refusalOf = async (changes: object): Promise<string> => {
    const programFile = await host.programs.file('runner');
    const spec = { sandboxId: newId('sandbox'), profile: 'runtime' as const, programFile, mounts: [], ...changes };
    const error: { internal?: string } = await driver.start(spec).then(
      () => ({}),
      (refused: { internal?: string }) => refused,
    );
    return error.internal ?? 'it started';
  };

  privileged.it('no sandbox sees a file outside of the configured directories, nor through a link', async () => {
    const outside = path.join(spawner.directory, 'secret.cjs');
    await writeFile(outside, '');
    const link = path.join(spawner.root, 'link.cjs');
    await symlink(outside, link);
    for (const file of [outside, link, '/etc/passwd', `${spawner.root}/../secret.cjs`]) {
      expect(await refusalOf({ programFile: file })).toContain('outside of the directories');
      expect(await refusalOf({ snapshotFile: file })).toContain('outside of the directories');
      expect(await refusalOf({ mounts: [{ source: file, target: '/store' }] })).toContain('outside of the directories');
    }
    expect(await refusalOf({ programFile: path.join(spawner.root, 'none') })).toContain('does not exist');
  });

  privileged.it('nothing is mounted or linked at other places than those of ours', async () => {
    for (const target of ['/etc', '/runner/../etc/x', '/node', '/proc']) {
      const mounts = [{ source: spawner.root, target }];
      expect(await refusalOf({ mounts })).toContain('is not a place for a mount');
    }
    expect(await refusalOf({ links: { '/etc/passwd': '/toolchain/x' } })).toContain('is not a place for a link');
    expect(await refusalOf({ links: { '/proc/self/exe': '/etc/passwd' } })).toContain('is not a place for a link');
  });

  privileged.it.each([
    ['no JSON', 'hello\n'],
    ['another opening', '{"as":"root"}\n'],
    ['an unknown request', '{"as":"supervisor"}\n{"id":1,"do":"run","command":"id"}\n'],
    ['a name that is a path', '{"as":"supervisor"}\n{"id":1,"do":"stop","sandboxId":"sbx_../../../etc"}\n'],
    ['a line without end', 'x'.repeat(20_000)],
  ])('%s ends that connection alone', async (_what, text) => {
    const socket = connect(spawner.socketPath);
    await once(socket, 'connect');
    socket.write(text);
    await once(socket.resume(), 'close');
    expect(textOf(await host.call({ code: toolRunning('return "still there"') }))).toBe('still there');
  });

  privileged.it('a stream that is opened twice is refused', async () => {
    const token = 'a'.repeat(32);
    const open = async (as: string): Promise<Socket> => {
      const socket = connect(spawner.socketPath);
      await once(socket, 'connect');
      socket.write(`${JSON.stringify({ as, token })}\n`);
      return socket.resume();
    };
    const first = await open('link');
    await waitFor(async () => {
      const second = await open('link');
      await once(second, 'close');
      return true;
    });
    first.destroy();
    await waitFor(() => spawner.log().includes('opened twice'));
  });

  privileged.it('a tool is called, writes its log and is stopped', async () => {
    const code = toolRunning('console.log("a line"); return args.word;');
    expect(textOf(await host.call({ code, args: { word: 'hello' } }))).toBe('hello');
    await waitFor(() => host.logs.some(({ text }) => text === 'a line'));
  });

  privileged.it(
    'calls of a spawner that is killed fail with a clear error, and another one takes its place',
    async () => {
      const code = toolRunning('await new Promise(() => {});');
      const waiting = host.call({ code, deadlineMs: 60_000 }).catch((error: { code: string }) => error.code);
      await waitFor(() => host.host.health().sandboxes.live > 0);
      spawner.process.kill('SIGKILL');
      expect(await waiting).toMatch(/^sandbox\./);
      expect(await refusalOf({})).toContain('the spawner does not answer');
      await spawner.startAgain();
      await waitFor(async () => {
        const outcome = await host.call({ code: toolRunning('return "again"') }).catch(() => null);
        return outcome !== null && textOf(outcome) === 'again';
      });
    },
  );
});
