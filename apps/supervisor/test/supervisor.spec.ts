import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '@patchbay/foundation';
import { createSandboxClient, type SandboxClient } from '@patchbay/sandbox/client';
import type { Invocation } from '@patchbay/sandbox/protocol';
import { freePort, skipUnless, waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';

const hasBubblewrap = (() => {
  try {
    execFileSync('/usr/bin/bwrap', ['--unshare-all', '--ro-bind', '/', '/', '/bin/true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const { describe, it } = skipUnless(hasBubblewrap, 'bubblewrap or user namespaces are missing');

const MAIN = join(import.meta.dirname, '../src/main.ts');

const CODE = `
  const { McpServer } = require('@modelcontextprotocol/server'); const { z } = require('zod');
  exports.default = () => { const server = new McpServer({ name: 'a', version: '1' });
    server.registerTool('wait', { description: 'w', inputSchema: z.object({ ms: z.number() }) }, async ({ ms }) => {
      await new Promise((done) => setTimeout(done, ms)); return { content: [{ type: 'text', text: 'done' }] } });
    return server; };`;
const artifact = Buffer.from(
  JSON.stringify({ format: 1, code: CODE, packages: ['@modelcontextprotocol/server', 'zod'], sourceMap: null }),
);
const artifactDigest = `sha256:${createHash('sha256').update(artifact).digest('hex')}`;

const waiting = (ms: number, given: Partial<Invocation> = {}): Invocation => ({
  id: newId('invocation'),
  key: { organizationId: 'org_1', connectorId: 'con_1', versionId: 'ver_1', settingsRevision: 1, subject: '' },
  artifactDigest,
  egress: [],
  method: 'tools/call',
  params: { name: 'wait', arguments: { ms } },
  deadlineMs: 30_000,
  effect: 'read',
  context: {
    user: null,
    organization: { id: 'org_1', slug: 'acme' },
    client: null,
    roles: [],
    groups: [],
    requestId: 'req_1',
    idempotencyKey: 'key',
    capabilities: {},
  },
  credentials: [],
  resultBytesMax: 1024 * 1024,
  ...given,
});

/** Processes of the sandboxes of this directory, found by the program they run. */
function sandboxProcesses(directory: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        return (
          !/^State:\tZ/m.test(status) &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(directory, 'sandbox/root'))
        );
      } catch {
        return false;
      }
    });
}

describe('the supervisor process', () => {
  let directory: string;
  let client: SandboxClient;
  let supervisor: ChildProcess;
  let port: number;

  const start = () =>
    new Promise<ChildProcess>((resolve, reject) => {
      const child = spawn(process.execPath, [MAIN], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: {
          PATH: process.env.PATH,
          PATCHBAY_ORIGIN: 'http://localhost:4000',
          PATCHBAY_LOG_LEVEL: 'silent',
          SUPERVISOR_SOCKET: join(directory, 'supervisor.sock'),
          SANDBOX_DIR: join(directory, 'sandbox'),
          PACKAGE_STORE_DIR: join(directory, 'packages'),
          SUPERVISOR_INTERNAL_PORT: String(port),
        },
      });
      child.once('message', () => resolve(child));
      child.once('exit', (code) => reject(new Error(`the supervisor ended with ${code}`)));
    });

  beforeAll(async () => {
    directory = await mkdtemp('/var/tmp/patchbay-supervisor-');
    await chmod(directory, 0o711);
    port = await freePort();
    supervisor = await start();
    client = createSandboxClient({
      socketPath: join(directory, 'supervisor.sock'),
      provision: async () => ({ artifact, secrets: {} }),
      onLog: () => {},
    });
  });
  afterAll(async () => {
    await client.close();
    supervisor.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  it('says on its internal port what it can do', async () => {
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect([health.status, await health.json()]).toMatchObject([200, { ready: true, walls: { state: 'complete' } }]);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('patchbay_supervisor_ready 1');
  });

  it('keeps its socket to its own user', () => {
    expect(
      execFileSync('stat', ['-c', '%a', join(directory, 'supervisor.sock')])
        .toString()
        .trim(),
    ).toBe('600');
  });

  it('killed with -9, leaves no process, answers what was in flight by its effect, and serves again', async () => {
    await client.invoke(waiting(0));
    const calls = Promise.allSettled([
      client.invoke(waiting(20_000)),
      client.invoke(waiting(20_000, { effect: 'write' })),
    ]);
    await waitFor(async () => (await client.health()).sandboxes.busy === 1);
    expect(sandboxProcesses(directory).length).toBeGreaterThan(0);
    const killedAt = performance.now();
    supervisor.kill('SIGKILL');
    const codes = (await calls).map((call) => call.status === 'rejected' && call.reason.code);
    expect(codes).toEqual(['sandbox.supervisor_lost', 'sandbox.outcome_unknown']);
    expect(performance.now() - killedAt).toBeLessThan(5_000);
    await waitFor(() => sandboxProcesses(directory).length === 0);
    const leftBefore = readdirSync(join(directory, 'sandbox/s'));
    supervisor = await start();
    expect(await client.invoke(waiting(0))).toMatchObject({ kind: 'complete' });
    expect(readdirSync(join(directory, 'sandbox/s')).filter((name) => leftBefore.includes(name))).toEqual([]);
  });

  it('finishes the calls inside when it is asked to stop, then ends', async () => {
    const call = client.invoke(waiting(500));
    await waitFor(async () => (await client.health()).sandboxes.busy === 1);
    const ended = new Promise((resolve) => supervisor.once('exit', resolve));
    supervisor.kill('SIGTERM');
    expect(await call).toMatchObject({ kind: 'complete' });
    expect(await ended).toBe(0);
    expect(sandboxProcesses(directory)).toEqual([]);
    await expect(client.invoke(waiting(0))).rejects.toMatchObject({ code: 'sandbox.unavailable' });
    supervisor = await start();
  });

  it('ends when its starter is gone', async () => {
    const ended = new Promise((resolve) => supervisor.once('exit', resolve));
    supervisor.disconnect();
    expect(await ended).toBe(0);
    expect(existsSync(directory)).toBe(true);
  });
});
