/** A supervisor's host in this process, with connectors to call: what the sandbox figures are measured on. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { findBubblewrap } from '@patchbay/embedded/debian';
import { newId, systemClock } from '@patchbay/foundation';
import type { InvocationOutcome } from '@patchbay/sandbox-protocol';
import {
  createBubblewrapDriver,
  PlainDriver,
  Programs,
  type SandboxDriver,
  SandboxHost,
} from '../../packages/sandbox-host/src/index.ts';

/** The minimal connector, its packages left to the runner as a deploy leaves them. */
const CODE = `
  const { defineConnector, tool } = require('@patchbay/connector');
  const { z } = require('zod');
  exports.default = defineConnector({ name: 'bench', title: 'Bench', tools: {
    greet: tool({ title: 'Greet', description: 'Greets.', readOnly: true, input: z.object({ name: z.string() }),
      run: async ({ name }) => 'Hello, ' + name }) } });`;
const PACKAGES = ['zod', '@modelcontextprotocol/server', '@patchbay/connector'];
const artifact = Buffer.from(JSON.stringify({ format: 1, code: CODE, packages: PACKAGES, sourceMap: null }));
const digest = `sha256:${createHash('sha256').update(artifact).digest('hex')}`;

const POLL_MS = 20;
const FULL_MS_MAX = 30_000;

export interface HostToMeasure {
  readonly host: SandboxHost;
  readonly driver: SandboxDriver;
  readonly programs: Programs;
  /** Inner process ids of the sandboxes that were started and have not ended. */
  readonly pids: ReadonlySet<number>;
  /** One call of the connector with this number, forty connectors to an organization. Milliseconds it took here. */
  call(connector: number): Promise<number>;
  retire(connector: number): void;
  /** Resolves when as many wait in the pool as shall. @throws Error when that takes too long to be waited for */
  untilFull(): Promise<void>;
  close(): Promise<void>;
}

export interface HostToMeasureOptions {
  readonly poolSize: number;
  /** `plain`: a Node process without isolation and snapshot. */
  readonly driver?: 'bubblewrap' | 'plain';
  readonly room?: { readonly live: number; readonly livePerOrganization: number };
}

export async function openHost(options: HostToMeasureOptions): Promise<HostToMeasure> {
  const directory = await mkdtemp('/var/tmp/patchbay-bench-');
  await chmod(directory, 0o711); // sandboxes have other uids
  const programs = new Programs(directory);
  const bootId = randomBytes(4).toString('hex');
  const isPlain = options.driver === 'plain';
  const driver = isPlain
    ? new PlainDriver(process.execPath)
    : await createBubblewrapDriver({
        directory,
        bubblewrapFile: await bubblewrap(),
        nodeFile: process.execPath,
        bootId,
        probeProgramFile: await programs.file('probe'),
      });
  const pids = new Set<number>();
  const start = driver.start.bind(driver);
  driver.start = async (spec) => {
    const sandbox = await start(spec);
    pids.add(sandbox.pid);
    void sandbox.exited.then(() => pids.delete(sandbox.pid));
    return sandbox;
  };
  const host = await SandboxHost.start({
    driver,
    programs,
    clock: systemClock,
    bootId,
    requireFullLimits: false,
    poolSize: options.poolSize,
    ...(!isPlain && { snapshot: { directory: path.join(directory, 'snapshots'), nodeFile: process.execPath } }),
    ...(options.room && { room: options.room }),
  });
  const { ready, walls: isolation } = host.health();
  if (!ready) throw new Error(`No sandbox runs here: ${isolation.missing.join(', ')}`);
  await host.warm();
  return {
    host,
    driver,
    programs,
    pids,
    call: async (connector) => {
      const startedAt = performance.now();
      demandGreeting(await invoke(host, connector));
      return performance.now() - startedAt;
    },
    retire: (connector) => host.retire(keyOf(connector)),
    untilFull: async () => {
      const isFull = () => host.health().pool.waiting >= host.health().pool.size;
      for (let waited = 0; waited === 0 || !isFull(); waited += 1) {
        if (waited * POLL_MS > FULL_MS_MAX) throw new Error('The pool does not fill.');
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    close: async () => {
      await host.close(0);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function bubblewrap(): Promise<string> {
  const bubblewrap = await findBubblewrap({ searchPath: process.env.PATH ?? '', say: console.info });
  if ('missing' in bubblewrap) throw new Error(`No sandbox runs here: bubblewrap is ${bubblewrap.missing}`);
  return bubblewrap.found;
}

/** Bytes of a process's memory, pages shared with others counted by share. @see proc(5), smaps_rollup */
export function pssOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? Number.NaN) * 1024;
}

/** Clock ticks (10 ms) of CPU time a process has used. @see proc(5), stat */
export function cpuTicksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

function keyOf(connector: number) {
  const organizationId = `org_${Math.floor(connector / 40)}`;
  return {
    organizationId,
    connectorId: `con_${connector}`,
    versionId: 'ver_1',
    settingsRevision: 1,
    subject: '',
    preview: false,
    providers: [],
  };
}

function invoke(host: SandboxHost, connector: number): Promise<InvocationOutcome> {
  const key = keyOf(connector);
  return host.invoke(
    {
      id: newId('invocation'),
      key,
      artifactDigest: digest,
      egress: [],
      method: 'tools/call',
      params: { name: 'greet', arguments: { name: 'Ada' } },
      deadlineMs: 10_000,
      effect: 'read',
      context: {
        user: null,
        organization: { id: key.organizationId, slug: 'bench' },
        client: null,
        roles: [],
        groups: [],
        requestId: newId('request'),
        idempotencyKey: 'bench',
        capabilities: {},
      },
      credentials: [],
      resultBytesMax: 1024 * 1024,
    },
    {
      provision: async () => ({ artifact, secrets: {} }),
      onLog: () => {},
      onNotification: () => {},
      signal: new AbortController().signal,
    },
  );
}

function demandGreeting(outcome: InvocationOutcome): void {
  if (!JSON.stringify(outcome).includes('Hello, Ada')) throw new Error(`not a greeting: ${JSON.stringify(outcome)}`);
}
