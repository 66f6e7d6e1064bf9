import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSandboxClient, fixedSupervisors, type SandboxClient } from '@patchbay/sandbox-client';
import { freePort, hasSandboxes, skipUnless, waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { artifact, type GivenSupervisor, givenSupervisor, waiting } from './given-supervisor.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'bubblewrap or user namespaces are missing');

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
  let supervisor: GivenSupervisor;
  let directory: string;
  let client: SandboxClient;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    supervisor = await givenSupervisor({ environment: { SUPERVISOR_INTERNAL_PORT: String(port) } });
    directory = supervisor.directory;
    client = createSandboxClient({
      supervisors: fixedSupervisors([{ id: 'local', socketPath: supervisor.socketPath }]),
      provision: async () => ({ artifact, secrets: {} }),
      onLog: () => {},
    });
  });
  afterAll(async () => {
    await client?.close();
    await supervisor?.end();
  });

  it('the supervisor reports its capabilities on its internal port', async () => {
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect([health.status, await health.json()]).toMatchObject([200, { checks: { isolation: { state: 'ok' } } }]);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('patchbay_health_check{check="isolation",state="ok"} 1');
  });

  it('the supervisor keeps its socket to its own user', () => {
    expect(statSync(supervisor.socketPath).mode & 0o777).toBe(0o600);
  });

  it('a killed supervisor leaves no process, its calls are answered by their effect, and it serves again', async () => {
    await client.invoke(waiting(0));
    const calls = Promise.allSettled([
      client.invoke(waiting(20_000)),
      client.invoke(waiting(20_000, { effect: 'write' })),
    ]);
    // Nothing is starting: a bubblewrap that dies before it has set up its child leaves that to the next supervisor.
    await waitFor(
      async () => {
        const health = (await client.supervisors())[0]?.health;
        return (
          health?.sandboxes.busy === 1 && health.sandboxes.starting === 0 && health.pool.waiting === health.pool.size
        );
      },
      { what: 'both calls to run and the pool to be full' },
    );
    expect(sandboxProcesses(directory).length).toBeGreaterThan(0);
    const killedAt = performance.now();
    supervisor.process.kill('SIGKILL');
    const codes = (await calls).map((call) => call.status === 'rejected' && call.reason.code);
    expect(codes).toEqual(['sandbox.supervisor_lost', 'sandbox.outcome_unknown']);
    expect(performance.now() - killedAt).toBeLessThan(5_000);
    await waitFor(() => sandboxProcesses(directory).length === 0);
    const leftBefore = readdirSync(join(directory, 'sandbox/s'));
    await supervisor.start();
    expect(await client.invoke(waiting(0))).toMatchObject({ kind: 'complete' });
    expect(readdirSync(join(directory, 'sandbox/s')).filter((name) => leftBefore.includes(name))).toEqual([]);
  });

  it('a supervisor that is asked to stop finishes the calls inside, then ends', async () => {
    const call = client.invoke(waiting(500));
    await waitFor(async () => (await client.supervisors())[0]?.health?.sandboxes.busy === 1);
    const ended = new Promise((resolve) => supervisor.process.once('exit', resolve));
    supervisor.process.kill('SIGTERM');
    expect(await call).toMatchObject({ kind: 'complete' });
    expect(await ended).toBe(0);
    expect(sandboxProcesses(directory)).toEqual([]);
    await expect(client.invoke(waiting(0))).rejects.toMatchObject({ code: 'sandbox.unavailable' });
    await supervisor.start();
  });

  it('the supervisor ends when its launcher is gone', async () => {
    const ended = new Promise((resolve) => supervisor.process.once('exit', resolve));
    supervisor.process.disconnect();
    expect(await ended).toBe(0);
  });
});
