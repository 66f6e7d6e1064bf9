import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';

const PROGRAM = path.join(import.meta.dirname, 'programs/shaped-process.ts');
let running: Shaped | undefined;
afterEach(() => void running?.child.kill('SIGKILL'));

/** A child of our shape and what it wrote. */
class Shaped {
  readonly child: ChildProcess;
  readonly stdout: Readable;
  readonly ended: Promise<unknown>;
  output = '';
  errors = '';

  constructor(...faults: readonly string[]) {
    const child = fork(PROGRAM, [...faults], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const [stdout, stderr] = [pipeOf(child.stdout), pipeOf(child.stderr)];
    stdout.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
    stderr.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    this.child = child;
    this.stdout = stdout;
    // Not `close`: Node emits none after a disconnect by the parent.
    this.ended = Promise.all([once(child, 'exit'), once(stdout, 'end'), once(stderr, 'end')]).then(([[code]]) => code);
    running = this;
  }

  /** Resolves when the text was written to standard output. */
  async until(text: string): Promise<void> {
    while (!this.output.includes(text)) await once(this.stdout, 'data');
  }

  async ready(): Promise<{ internalPort: number }> {
    const [message] = await once(this.child, 'message');
    return message;
  }
}

function pipeOf(stream: Readable | null): Readable {
  if (stream === null) throw new Error('not piped');
  return stream;
}

const step = (name: string) => `{"step":"${name}"}`;

describe('runProcess', () => {
  it.each([
    ['wire fails', /^shaped: Error: no wire\n +at /, 1],
    ['start fails', /^shaped: Error: no start\n +at /, 1],
    ['key missing', /^shaped: The configuration is not usable:\n {2}- KEY_FILE: cannot be read\n$/, 78],
  ])('a process with the fault "%s" ends with its reason on stderr and an exit code', async (fault, errors, code) => {
    const shaped = new Shaped(fault);
    expect(await shaped.ended).toBe(code);
    expect(shaped.errors).toMatch(errors);
  });

  it('a process ends with exit code 1 when draining fails', async () => {
    const shaped = new Shaped('drain fails');
    await shaped.ready();
    shaped.child.kill('SIGTERM');
    expect(await shaped.ended).toBe(1);
    expect(shaped.errors).toMatch(/^shaped: Error: no drain/);
  });

  it('a process that is stopped while it starts drains and is never ready', async () => {
    const shaped = new Shaped('start hangs');
    let isReady = false;
    shaped.child.once('message', () => {
      isReady = true;
    });
    await shaped.until(step('starting'));
    shaped.child.kill('SIGTERM');
    expect(await shaped.ended).toBe(0);
    expect(shaped.output).toContain(step('draining'));
    expect(isReady).toBe(false);
  });

  it('a process that is stopped while it is wired drains once it is wired', async () => {
    const shaped = new Shaped('wire is slow');
    await shaped.until(step('wiring'));
    shaped.child.kill('SIGINT');
    expect(await shaped.ended).toBe(0);
    expect(shaped.output).toContain(step('draining'));
  });

  it('a process drains and ends when its launcher was gone before it subscribed', async () => {
    const shaped = new Shaped('late');
    await shaped.until(step('loaded'));
    shaped.child.disconnect();
    expect(await shaped.ended).toBe(0);
    expect(shaped.output).toContain('"reason":"the launcher is gone","msg":"draining"');
  });

  it('a process is live and down while it drains, and drains once for any number of signals', async () => {
    const shaped = new Shaped('drain waits');
    const { internalPort } = await shaped.ready();
    const url = `http://127.0.0.1:${internalPort}`;
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ state: 'ok' });
    shaped.child.kill('SIGTERM');
    await shaped.until(step('draining'));
    shaped.child.kill('SIGTERM');
    shaped.child.kill('SIGINT');
    const health = await fetch(`${url}/health`);
    expect([health.status, await health.json()]).toMatchObject([
      503,
      { state: 'down', reasons: [expect.stringContaining('drains')] },
    ]);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('patchbay_health{state="down"} 1');
    shaped.child.kill('SIGUSR1');
    expect(await shaped.ended).toBe(0);
    expect(shaped.output.split(step('draining'))).toHaveLength(2);
  });

  it('a process reports its ports to its launcher, and survives a failing signal of its own', async () => {
    const shaped = new Shaped();
    expect(await shaped.ready()).toEqual({ type: 'ready', port: 4000, internalPort: expect.any(Number) });
    shaped.child.kill('SIGUSR2');
    await shaped.until('no answer to the signal');
    shaped.child.kill('SIGTERM');
    expect(await shaped.ended).toBe(0);
  });
});
