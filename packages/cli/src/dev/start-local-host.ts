/**
 * The supervisor's own work, in this process: the same runner, egress rules and limits as hosted, behind bubblewrap
 * where this machine has it or can unpack it. Without bubblewrap the connector runs as a plain process; the command
 * reports that, and it never happens on a server.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findBubblewrap } from '@patchbay/embedded/debian';
import { AppError, asAppError, newId, systemClock } from '@patchbay/foundation';
import { createBubblewrapDriver, PlainDriver, Programs, type SandboxDriver, SandboxHost } from '@patchbay/sandbox-host';
import {
  asFailedCall,
  createInvocation,
  type EgressRule,
  type InvocationOutcome,
  type IsolationKey,
  type LogRecord,
} from '@patchbay/sandbox-protocol';
import type { BuiltConnector } from './bundle-connector.ts';
import type { ListedTool, LocalManifest, LocalRequest, LocalSandbox } from './local-sandbox.ts';

const MAJOR_MIN = 24;

/**
 * The Node that runs connectors: this one when it is recent enough, else the Node that a project or checkout pins.
 * @throws AppError cli.node_too_old
 */
async function findNode(): Promise<string> {
  if (Number.parseInt(process.versions.node, 10) >= MAJOR_MIN) return process.execPath;
  for (const base of [path.join(process.cwd(), 'package.json'), import.meta.filename]) {
    const pinned = pinnedNode(createRequire(base));
    if (pinned !== undefined) return pinned;
  }
  throw new AppError('cli.node_too_old', {
    detail: `This is Node ${process.versions.node}, and node-${process.platform}-${process.arch} is not in this project.`,
  });
}

function pinnedNode(require: NodeJS.Require): string | undefined {
  try {
    const folder = path.dirname(require.resolve(`node-${process.platform}-${process.arch}/package.json`));
    const file = path.join(folder, 'bin/node');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

export interface LocalHostOptions {
  /** Whether the connector may use dynamic code evaluation (`eval`). */
  readonly codeGeneration: boolean;
  /** Run without isolation even where it is possible. */
  readonly plain: boolean;
  readonly secrets: Readonly<Record<string, string>>;
  /** The PATH to look for bubblewrap in. */
  readonly searchPath: string;
  /** Called with what takes a while, before it is done. */
  say(text: string): void;
  onLog(record: LogRecord): void;
}

export interface LocalHost {
  readonly isolated: boolean;
  /** Why it is not isolated, one sentence. */
  readonly reason: string;
  /**
   * Starts the connector in a sandbox of its own; the previous one finishes its calls and ends. @throws AppError `sandbox.*` when it does not start; the previous one keeps running
   */
  run(built: BuiltConnector): Promise<LocalSandbox>;
  close(): Promise<void>;
}

const ORGANIZATION = { id: 'org_local', slug: 'local' };
const CONNECTOR_ID = 'con_local';
const DRAIN_MS = 2_000;

/** @throws AppError cli.node_too_old */
export async function startLocalHost(options: LocalHostOptions): Promise<LocalHost> {
  // Other uids must read it: sandboxes do not run as the user who started them.
  const directory = await mkdtemp(path.join(process.getuid?.() === 0 ? '/var/tmp' : tmpdir(), 'patchbay-dev-'));
  await chmod(directory, 0o711);
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const parts = { directory, programs: new Programs(directory, packedPrograms()), nodeFile: await findNode() };
    const { host, reason } = await startHost(parts, options);
    const started = new LocalSandboxes(host, options);
    return {
      isolated: reason === '',
      reason,
      run: (built) => started.run(built),
      async close() {
        await host.close(DRAIN_MS);
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** An installed package brings the programs finished; a checkout bundles them from their sources. */
function packedPrograms() {
  const packed = (name: string) => path.join(import.meta.dirname, 'programs', `${name}.cjs`);
  return existsSync(packed('runner')) ? { runner: packed('runner'), probe: packed('probe') } : {};
}

interface HostParts {
  readonly directory: string;
  readonly programs: Programs;
  readonly nodeFile: string;
}

/** The host, and why it is not isolated; empty when it is. */
async function startHost(
  parts: HostParts,
  { plain, searchPath, say }: LocalHostOptions,
): Promise<{ host: SandboxHost; reason: string }> {
  const bootId = randomBytes(4).toString('hex');
  const { programs, directory, nodeFile } = parts;
  const start = (driver: SandboxDriver) =>
    SandboxHost.start({ driver, programs, clock: systemClock, bootId, requireFullLimits: false });
  let reason = 'requested with --plain.';
  const bubblewrap = plain ? null : await findBubblewrap({ searchPath, say });
  if (bubblewrap && 'missing' in bubblewrap) reason = `bubblewrap is ${bubblewrap.missing}.`;
  if (bubblewrap && 'found' in bubblewrap) {
    try {
      const bubblewrapFile = bubblewrap.found;
      const probeProgramFile = await programs.file('probe');
      const host = await start(
        await createBubblewrapDriver({ directory, bubblewrapFile, nodeFile, bootId, probeProgramFile }),
      );
      const { walls: isolation } = host.health();
      if (isolation.state === 'complete') return { host, reason: '' };
      await host.close(0);
      reason = `this machine does not allow it (${isolation.missing.join(', ')}).`;
    } catch (error) {
      reason = `bubblewrap does not work here (${error instanceof Error ? error.message : String(error)}).`;
    }
  }
  return { host: await start(new PlainDriver(nodeFile)), reason };
}

/** Declarations of the connector that decide how its calls run. */
interface Declared extends Pick<LocalManifest, 'tools'> {
  readonly egress: readonly EgressRule[];
}

/** Before the first manifest the connector reaches no host and has no tool. */
const DESCRIBING: Declared = { egress: [], tools: [] };

function calledTool({ method, params }: LocalRequest, tools: readonly ListedTool[]): ListedTool | null {
  if (method !== 'tools/call') return null;
  return tools.find(({ name }) => name === params.name) ?? null;
}

class LocalSandboxes {
  readonly #host: SandboxHost;
  readonly #options: LocalHostOptions;
  #runs = 0;

  constructor(host: SandboxHost, options: LocalHostOptions) {
    this.#host = host;
    this.#options = options;
  }

  async run(built: BuiltConnector): Promise<LocalSandbox> {
    this.#runs += 1;
    const key: IsolationKey = {
      organizationId: ORGANIZATION.id,
      connectorId: CONNECTOR_ID,
      versionId: `ver_local_${this.#runs}`,
      settingsRevision: this.#runs,
      subject: '',
      preview: false,
      providers: [],
    };
    const described = await this.#invoke(built, key, DESCRIBING, {
      method: 'patchbay/describe',
      params: {},
      client: null,
      capabilities: {},
      signal: new AbortController().signal,
      onNotification: () => {},
    });
    if (described.kind !== 'complete')
      throw new Error('error' in described ? described.error.message : 'It asks for input at start.');
    // Made by the runner of this very release.
    const manifest = described.result as unknown as LocalManifest & Declared;
    this.#host.retire({
      organizationId: ORGANIZATION.id,
      connectorId: CONNECTOR_ID,
      settingsRevisionBelow: this.#runs,
    });
    return { manifest, request: (request) => this.#invoke(built, key, manifest, request) };
  }

  /** @throws AppError `sandbox.*` that states whether the call may have had an effect */
  async #invoke(
    built: BuiltConnector,
    key: IsolationKey,
    declared: Declared,
    request: LocalRequest,
  ): Promise<InvocationOutcome> {
    const invocation = createInvocation({
      id: newId('invocation'),
      key,
      version: {
        artifactDigest: built.digest,
        egress: [...declared.egress],
        codeGeneration: this.#options.codeGeneration,
      },
      method: request.method,
      params: request.params,
      tool: calledTool(request, declared.tools),
      context: {
        user: { id: 'psn_local', email: 'you@localhost', name: 'You' },
        organization: ORGANIZATION,
        client: request.client,
        roles: ['owner'],
        groups: [],
        requestId: newId('request'),
        capabilities: request.capabilities,
        ...(request.logLevel !== undefined && { logLevel: request.logLevel }),
      },
    });
    try {
      return await this.#host.invoke(invocation, {
        provision: async () => ({ artifact: built.bytes, secrets: this.#options.secrets }),
        onLog: (record) => this.#options.onLog(record),
        onNotification: (notification) => request.onNotification(notification),
        signal: request.signal,
      });
    } catch (error) {
      const known = asAppError(error);
      throw asFailedCall(known.with({ sent: known.sent ?? true }), invocation.effect);
    }
  }
}
