import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { healthSchema } from '@patchbay/foundation/process';
import { temporaryDirectory, waitFor, withPlatform } from '@patchbay/testing';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');
const PROCESSES = ['gateway', 'worker', 'supervisor'] as const;
const INTERNAL_PORT = {
  gateway: 'PATCHBAY_INTERNAL_PORT',
  worker: 'WORKER_INTERNAL_PORT',
  supervisor: 'SUPERVISOR_INTERNAL_PORT',
} as const;

/** The process with this environment alone, until it ends. */
function run(name: string, environment: Readonly<Record<string, string>>) {
  const main = path.join(ROOT, 'apps', name, 'src/main.ts');
  return new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [main], { env: environment, timeout: 50_000 }, (error, _stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stderr }),
    );
  });
}

describe('gateway, worker and supervisor have one shape', () => {
  const here = withPlatform({ worker: true }, async () => ({}));
  const processOf = (name: (typeof PROCESSES)[number]) => {
    const found = here.platform.processes[name];
    if (!found) throw new Error(`the platform has no ${name}`);
    return found;
  };
  /** The compile cache of the processes of this spec, so that further ones start sooner. */
  const compileCache = () => ({ NODE_COMPILE_CACHE: processOf('gateway').environment.NODE_COMPILE_CACHE ?? '' });

  it.each(PROCESSES)(
    'the %s refuses a broken configuration with exit code 78 and every variable by name',
    async (name) => {
      const { code, stderr } = await run(name, {
        ...compileCache(),
        PATCHBAY_ORIGIN: 'nowhere',
        PATCHBAY_LOG_LEVEL: 'loud',
      });
      expect(stderr).toMatch(new RegExp(`^${name}: The configuration is not usable:\n  - `));
      expect(stderr).toContain('  - PATCHBAY_ORIGIN: ');
      expect(stderr).toContain('  - PATCHBAY_LOG_LEVEL: ');
      expect(stderr).not.toMatch(/^ {4}at /m);
      expect(code).toBe(78);
    },
  );

  it.each(PROCESSES)(
    'the %s ends with exit code 1 and the reason when its internal port is taken',
    async (name) => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      // A TCP server that listens has an address with a port.
      const { port } = taken.address() as AddressInfo;
      try {
        const environment = {
          ...processOf(name).environment,
          [INTERNAL_PORT[name]]: String(port),
          PATCHBAY_PORT: '0',
          // Another supervisor on the directory of the first would clean up after it.
          ...(name === 'supervisor' && { SANDBOX_DIR: path.join(await temporaryDirectory('processes'), 'sandbox') }),
        };
        const { code, stderr } = await run(name, environment);
        expect(stderr).toMatch(new RegExp(`^${name}: .*EADDRINUSE.*${port}`));
        expect(code).toBe(1);
      } finally {
        taken.close();
      }
    },
    60_000,
  );

  it.each(PROCESSES)('the %s answers liveness, health and metrics on loopback, and nothing else', async (name) => {
    const { internalUrl } = processOf(name);
    const live = await fetch(`${internalUrl}/health/live`);
    expect([live.status, await live.json()]).toEqual([200, { state: 'ok' }]);
    // A worker's queue and a supervisor's sandboxes may still be on their way.
    const health = await waitFor(async () => {
      const answer = await fetch(`${internalUrl}/health`);
      return answer.status === 200 && answer;
    });
    const { state, checks } = healthSchema.strict().parse(await health.json());
    expect(state).toMatch(/^(ok|degraded)$/);
    expect(checks[name === 'supervisor' ? 'isolation' : 'database']?.state).toBe('ok');
    const metrics = await fetch(`${internalUrl}/metrics`);
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    const text = await metrics.text();
    expect(text).toContain('patchbay_health{state="down"} 0');
    const guide = await readFile(path.join(ROOT, 'docs/runbooks/watching.md'), 'utf8');
    for (const [, metric = ''] of text.matchAll(/^# TYPE (\S+)/gm))
      expect(guide).toMatch(new RegExp(`\`${metric}[\`{]`));
    expect((await fetch(`${internalUrl}/`)).status).toBe(404);
    expect((await fetch(`${internalUrl}/health`, { method: 'POST' })).status).toBe(405);
  });

  // Clients stop before the servers they call.
  it.each(PROCESSES)(
    'the %s drains on SIGTERM, logs it, and ends with exit code 0',
    async (name) => {
      const ours = processOf(name);
      expect(await ours.end('SIGTERM')).toBe(0);
      expect(await readFile(ours.logFile, 'utf8')).toMatch(/"reason":"SIGTERM","msg":"draining"/);
      await ours.restart();
    },
    60_000,
  );

  it.each(PROCESSES)(
    'the %s drains and ends with exit code 0 when its launcher goes',
    async (name) => {
      const ours = processOf(name);
      expect(await ours.abandon()).toBe(0);
      expect(await readFile(ours.logFile, 'utf8')).toMatch(/"reason":"the launcher is gone","msg":"draining"/);
      await ours.restart();
    },
    60_000,
  );
});
