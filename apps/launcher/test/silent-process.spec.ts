import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '@patchbay/embedded';
import { waitFor } from '@patchbay/testing';
import { afterEach, expect, it } from 'vitest';
import { ManagedProcess } from '../src/processes/managed-process.ts';
import { askUrl } from '../src/processes/watch-silence.ts';

const SERVER = `
require('node:http')
  .createServer((request, answer) => (request.url === '/hang' ? hang() : answer.end()))
  .listen(process.argv[1], '127.0.0.1', () => console.log('ready'));
process.on('SIGTERM', () => process.exit(0));
function hang() { for (;;); }
`;

let managed: ManagedProcess | undefined;
afterEach(() => managed?.stop());

/** A real process that answers on the port until asked to hang. */
async function startServer(port: number) {
  const child = spawn(process.execPath, ['-e', SERVER, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const ended = once(child, 'exit').then(([code, signal]) => String(signal ?? code));
  return {
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 200);
      await ended;
      clearTimeout(force);
    },
  };
}

it('a process that runs without answering is ended, reported and started again', { timeout: 60_000 }, async () => {
  const port = await freePort();
  const pids: number[] = [];
  const lines: string[] = [];
  managed = new ManagedProcess('gateway', () => startServer(port), {
    say: (text) => lines.push(text),
    onRunning: (_name, pid) => pids.push(pid),
    silence: { ask: askUrl(`http://127.0.0.1:${port}/`), intervalMs: 50, timeoutMs: 500, questionsMax: 3 },
  });
  await managed.start();
  // Without a limit of time: a busy machine would take the question back before the process has read it.
  const unanswered = fetch(`http://127.0.0.1:${port}/hang`).catch(() => 'ended');
  await waitFor(async () => pids.length === 2, { what: 'another process', deadlineMs: 30_000 });
  expect(await unanswered).toBe('ended');
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  expect(lines).toEqual([
    'gateway runs and has not answered 3 times in a row; ending it',
    'gateway ended (SIGKILL); starting it again',
    'gateway runs again',
  ]);
});
