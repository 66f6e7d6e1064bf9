import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '@patchbay/foundation';
import type { Invocation } from '@patchbay/sandbox-protocol';
import { bubblewrapFile, compileCache, makeSandboxDirectory } from '@patchbay/testing';

const MAIN = join(import.meta.dirname, '../src/main.ts');

export interface GivenSupervisor {
  readonly directory: string;
  readonly socketPath: string;
  /** Starts the process, for the first time or again. */
  start(): Promise<ChildProcess>;
  /** The process that runs now. */
  readonly process: ChildProcess;
  end(): Promise<void>;
}

export interface SupervisorOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** Words before the program. */
  readonly enter?: readonly string[];
}

/** The supervisor's own program, in a directory that sandboxes under other uids can enter. */
export async function givenSupervisor({ environment, enter = [] }: SupervisorOptions): Promise<GivenSupervisor> {
  const directory = await mkdtemp('/var/tmp/patchbay-supervisor-');
  await chmod(directory, 0o711);
  const socketPath = join(directory, 'supervisor.sock');
  await makeSandboxDirectory(join(directory, 'sandbox'));
  let child: ChildProcess;
  async function start(): Promise<ChildProcess> {
    const [program = process.execPath, ...words] = [...enter, process.execPath, MAIN];
    child = spawn(program, words, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH,
        ...compileCache(),
        PATCHBAY_ORIGIN: 'http://localhost:4000',
        PATCHBAY_LOG_LEVEL: 'silent',
        SANDBOX_DIR: join(directory, 'sandbox'),
        BWRAP_PATH: bubblewrapFile(),
        PACKAGE_STORE_DIR: join(directory, 'packages'),
        SUPERVISOR_SOCKET: socketPath,
        SUPERVISOR_INTERNAL_PORT: '0',
        ...environment,
      },
    });
    return new Promise((resolve, reject) => {
      child.once('message', () => resolve(child));
      child.once('exit', (code) => reject(new Error(`the supervisor ended with ${code}`)));
    });
  }
  await start();
  return {
    directory,
    socketPath,
    start,
    get process() {
      return child;
    },
    async end() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
      }
      // Its compiler may still write types for a moment.
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

const CODE = `
  const { McpServer } = require('@modelcontextprotocol/server'); const { z } = require('zod');
  exports.default = () => { const server = new McpServer({ name: 'a', version: '1' });
    server.registerTool('wait', { description: 'w', inputSchema: z.object({ ms: z.number() }) }, async ({ ms }) => {
      await new Promise((done) => setTimeout(done, ms)); return { content: [{ type: 'text', text: 'done' }] } });
    return server; };`;

/** A connector with one tool that waits. */
export const artifact = Buffer.from(
  JSON.stringify({ format: 1, code: CODE, packages: ['@modelcontextprotocol/server', 'zod'], sourceMap: null }),
);
const artifactDigest = `sha256:${createHash('sha256').update(artifact).digest('hex')}`;

/** An invocation of it. */
export const waiting = (ms: number, given: Partial<Invocation> = {}): Invocation => ({
  id: newId('invocation'),
  key: {
    organizationId: 'org_1',
    connectorId: 'con_1',
    versionId: 'ver_1',
    settingsRevision: 1,
    subject: '',
    preview: false,
    providers: [],
  },
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
