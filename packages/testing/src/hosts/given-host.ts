import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { newId, systemClock } from '@patchbay/foundation';
import {
  createSandboxClient,
  fixedSupervisors,
  type SandboxClient,
  type SandboxClientOptions,
} from '@patchbay/sandbox-client';
import {
  createBubblewrapDriver,
  type IsolationLayer,
  type ProgramSources,
  Programs,
  type SandboxDriver,
  SandboxHost,
  type SandboxHostOptions,
  serveConnection,
} from '@patchbay/sandbox-host';
import type {
  ConnectorEvent,
  Invocation,
  IsolationKey,
  JsonObject,
  LogRecord,
  ProviderRules,
} from '@patchbay/sandbox-protocol';
import { preparedDirectory } from '../run/run-caches.ts';
import { bubblewrapFile, hasSandboxes } from './sandboxes.ts';

/** The `/toolchain` of build sandboxes, for tests that build without one. */
export { prepareToolchain } from '@patchbay/sandbox-host';

/** Whether this machine can build real isolation layers. */
export const hasBubblewrap = hasSandboxes();

export const NO_BUBBLEWRAP = 'bubblewrap or user namespaces are missing';

export interface GivenHost {
  readonly host: SandboxHost;
  readonly client: SandboxClient;
  readonly driver: SandboxDriver;
  readonly programs: Programs;
  readonly directory: string;
  readonly logs: LogRecord[];
  readonly events: ConnectorEvent[];
  /** Snapshots by digest, as the artifact store would hand them over. */
  readonly snapshots: Map<string, Uint8Array>;
  /** Registers code under a new digest and returns an invocation of it. */
  invocation(given: GivenInvocation): Invocation;
  /** Calls a tool of the code in a sandbox of its own key. */
  call(given: GivenInvocation): ReturnType<SandboxClient['invoke']>;
  close(): Promise<void>;
}

export interface GivenInvocation extends Partial<Omit<Invocation, 'key' | 'params'>> {
  readonly code: string;
  readonly secrets?: Record<string, string>;
  readonly key?: Partial<IsolationKey>;
  readonly tool?: string;
  readonly args?: JsonObject;
  readonly params?: JsonObject;
}

interface GivenDriver {
  /** Opens what calls name, as a gateway would. */
  readonly openCredentials?: SandboxClientOptions['openCredentials'];
  readonly refreshCredential?: SandboxClientOptions['refreshCredential'];
  readonly onViolation?: SandboxClientOptions['onViolation'];
  /** The providers of every connector on this host. */
  readonly providers?: readonly ProviderRules[];
  readonly sources?: ProgramSources;
  makeDriver?(): SandboxDriver;
  /** Isolation layers that are left out, to show their effect. */
  readonly without?: readonly IsolationLayer[];
}

/** The supervisor side in this process, behind its real socket, with real sandboxes. */
export async function givenHost(options: Partial<SandboxHostOptions> & GivenDriver = {}): Promise<GivenHost> {
  // Sandboxes run under other uids: the directory must be one that they can enter.
  const directory = await mkdtemp('/var/tmp/patchbay-test-');
  await mkdir(directory, { recursive: true });
  execFileSync('chmod', ['711', directory]);
  const programs = new Programs(options.sources ? directory : preparedDirectory(), options.sources);
  const bootId = randomBytes(4).toString('hex');
  const driver =
    options.makeDriver?.() ??
    (await createBubblewrapDriver({
      directory,
      bubblewrapFile: bubblewrapFile(),
      nodeFile: process.execPath,
      bootId,
      probeProgramFile: await programs.file('probe'),
      without: new Set(options.without),
    }));
  const host = await SandboxHost.start({
    driver,
    programs,
    clock: systemClock,
    bootId,
    requireFullLimits: false,
    ...options,
  });
  const server = createServer((socket) =>
    serveConnection(socket, host, { hostId: 'given', takesTasks: true, isRemote: false }),
  );
  const socketPath = join(directory, 'supervisor.sock');
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));

  const stored = new Map<string, { artifact: Buffer; secrets: Record<string, string> }>();
  const snapshots = new Map<string, Uint8Array>();
  const logs: LogRecord[] = [];
  const events: ConnectorEvent[] = [];
  const client = createSandboxClient({
    supervisors: fixedSupervisors([{ id: 'given', socketPath }]),
    provision: async ({ artifactDigest, snapshotDigest }) => {
      const found = stored.get(artifactDigest);
      if (!found) throw new Error(`no artifact ${artifactDigest}`);
      return { ...found, providers: options.providers, snapshot: snapshots.get(snapshotDigest ?? '') };
    },
    ...(options.openCredentials && { openCredentials: options.openCredentials }),
    ...(options.refreshCredential && { refreshCredential: options.refreshCredential }),
    ...(options.onViolation && { onViolation: options.onViolation }),
    onLog: (record) => logs.push(record),
    onEvent: (event) => events.push(event),
  });
  const invocation = (given: GivenInvocation) => {
    const { digest, artifact } = artifactOf(given.code);
    stored.set(digest, { artifact, secrets: given.secrets ?? {} });
    return invocationOf(given, digest);
  };
  return {
    host,
    client,
    driver,
    programs,
    directory,
    logs,
    events,
    snapshots,
    invocation,
    call: (given) => client.invoke(invocation(given)),
    close: async () => {
      await client.close();
      await host.close(0);
      server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const PACKAGES = ['zod', '@modelcontextprotocol/server', '@patchbay/connector'];

export function artifactOf(code: string): { digest: string; artifact: Buffer } {
  const artifact = Buffer.from(JSON.stringify({ format: 1, code, packages: PACKAGES, sourceMap: null }));
  return { artifact, digest: `sha256:${createHash('sha256').update(artifact).digest('hex')}` };
}

export function invocationOf(given: GivenInvocation, digest: string): Invocation {
  const { code: _code, secrets: _secrets, key, tool = 'run', args = {}, params, ...rest } = given;
  const suffix = digest.slice(7, 27);
  return {
    id: newId('invocation'),
    key: {
      organizationId: 'org_1',
      connectorId: 'con_1',
      versionId: `ver_${suffix}`,
      settingsRevision: 1,
      subject: '',
      preview: false,
      providers: [],
      ...key,
    },
    artifactDigest: digest,
    egress: [],
    method: 'tools/call',
    params: params ?? { name: tool, arguments: args },
    deadlineMs: 10_000,
    effect: 'read',
    context: {
      user: { id: 'psn_1', email: 'ada@example.com', name: 'Ada' },
      organization: { id: 'org_1', slug: 'acme' },
      client: { name: 'test', version: '1' },
      roles: ['member'],
      groups: [],
      requestId: newId('request'),
      idempotencyKey: 'key-1',
      capabilities: {},
    },
    credentials: [],
    resultBytesMax: 1024 * 1024,
    ...rest,
  };
}

/** A connector of SDK v2 whose one tool runs this body: `args`, `context` (the runtime's) and `require` are in scope. */
export function toolRunning(body: string): string {
  return `
    const { McpServer } = require('@modelcontextprotocol/server');
    const { z } = require('zod');
    const runtime = () => globalThis[Symbol.for('patchbay.runtime')].current();
    exports.default = ({ secrets }) => {
      const server = new McpServer({ name: 'given', version: '1.0.0' });
      server.registerTool('run', { description: 'runs', inputSchema: z.looseObject({}) }, async (args) => {
        const context = runtime();
        const answer = await (async () => { ${body} })();
        return { content: [{ type: 'text', text: typeof answer === 'string' ? answer : JSON.stringify(answer ?? null) }] };
      });
      return server;
    };`;
}

/** The text of a completed tool call. @throws Error with the complete outcome otherwise */
export function textOf(outcome: Awaited<ReturnType<SandboxClient['invoke']>>): string {
  if (outcome.kind === 'complete' && Array.isArray(outcome.result.content)) {
    const [first] = outcome.result.content as { text?: string }[];
    if (first?.text !== undefined) return first.text;
  }
  throw new Error(`not a text: ${JSON.stringify(outcome)}`);
}
