/** From the artifact's bytes to a server object. Connector code runs here for the first time. */
import { Module } from 'node:module';
import { isJsonObject, type JsonObject } from '@patchbay/sandbox-protocol/inside';
import { PROVIDED_PACKAGES } from './provided-packages.ts';
import { type StdioProgram, StdioServer } from './servers/stdio-server.ts';
import { messageOf, StartError } from './start-error.ts';

export const CONNECTOR_FILE = '/connector.cjs';
const BRAND = Symbol.for('patchbay.connector');

export interface LoadedConnector {
  /** An McpServer or Server, of SDK v2 or v1: something with `connect(transport)`. */
  readonly server: ConnectableServer;
  /** The manifest of `defineConnector`; null for a server of an MCP SDK. */
  readonly manifest: JsonObject | null;
  /** Whether the bundle uses dynamic code evaluation, which a stricter profile would refuse. */
  readonly codeGeneration: boolean;
  /** Whether its lists change while it runs. */
  readonly dynamic: boolean;
}

export interface ConnectableServer {
  connect(transport: unknown): Promise<void>;
}

/** A connector's module after it ran, which is before it has seen a secret. */
export interface ConnectorModule {
  readonly exported: unknown;
  readonly codeGeneration: boolean;
  /** Name of a user interface's page → its HTML. */
  readonly pages: ReadonlyMap<string, string>;
}

/** @throws StartError with a message for the author */
export function loadModule(artifact: Uint8Array): ConnectorModule {
  const { code, packages, sourceMap, pages } = parseArtifact(artifact);
  return { exported: evaluate(code, packages, sourceMap), codeGeneration: makesCode(code), pages };
}

export function makesCode(code: string): boolean {
  return /\beval\s*\(|\bnew\s+Function\s*\(/.test(code);
}

/** The server of what a connector's module exports. @throws StartError with a message for the author */
export async function createServer(
  { exported, codeGeneration, pages }: ConnectorModule,
  secrets: Readonly<Record<string, string>>,
): Promise<LoadedConnector> {
  const connector = isRecord(exported) && 'default' in exported ? exported.default : exported;
  if (isRecord(connector) && (BRAND in connector || typeof connector.createServer === 'function')) {
    // Ours brands only what has it; without the brand it was just looked at. Called for what it may throw.
    const server = await guarded(() =>
      (connector.createServer as (source: unknown) => unknown)((name: string) => pages.get(name)),
    );
    const manifest = isJsonObject(connector.manifest) ? connector.manifest : {};
    return { server: asServer(server), manifest, codeGeneration, dynamic: manifest.dynamic === true };
  }
  // A server of an MCP SDK has no manifest to declare it in.
  const dynamic = isRecord(exported) && exported.dynamic === true;
  const program = isRecord(connector) ? readProgram(connector.stdio) : null;
  if (program) return { server: new StdioServer(program), manifest: null, codeGeneration, dynamic };
  if (typeof connector === 'function') {
    const server = await guarded(() => connector({ secrets }));
    return { server: asServer(server), manifest: null, codeGeneration, dynamic };
  }
  return { server: asServer(connector), manifest: null, codeGeneration, dynamic };
}

interface Artifact {
  readonly code: string;
  readonly pages: ReadonlyMap<string, string>;
  readonly packages: ReadonlySet<string>;
  readonly sourceMap: string | null;
}

/** @throws StartError when it is not an artifact of this format */
export function parseArtifact(bytes: Uint8Array): Artifact {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new StartError('artifact_invalid', 'The artifact is not JSON.');
  }
  if (!isJsonObject(parsed) || parsed.format !== 1 || typeof parsed.code !== 'string') {
    throw new StartError('artifact_invalid', 'The artifact has a format this runner does not know.');
  }
  const packages = Array.isArray(parsed.packages) ? parsed.packages.filter((name) => typeof name === 'string') : [];
  const pages = Object.entries(isJsonObject(parsed.pages) ? parsed.pages : {});
  return {
    code: parsed.code,
    pages: new Map(pages.map(([name, html]) => [name, String(html)])),
    packages: new Set(packages),
    sourceMap: typeof parsed.sourceMap === 'string' ? parsed.sourceMap : null,
  };
}

function evaluate(code: string, packages: ReadonlySet<string>, sourceMap: string | null): unknown {
  // Module's own compile, because only it learns source maps; its require is replaced before any code runs.
  const module = new Module(CONNECTOR_FILE) as Module & { _compile(code: string, filename: string): void };
  module.filename = CONNECTOR_FILE;
  // The type asks for all of Node's require; a connector gets the part that exists here.
  module.require = Object.assign((name: string) => requireProvided(name, packages), { cache: {} }) as never;
  if (sourceMap !== null) process.setSourceMapsEnabled(true);
  try {
    module._compile(`${code}${sourceMap === null ? '' : mappedBy(sourceMap)}`, CONNECTOR_FILE);
  } catch (error) {
    throw new StartError('crashed_at_start', messageOf(error), error);
  }
  return module.exports;
}

/** The comment by which Node learns where the lines of a file come from. */
export function mappedBy(sourceMap: string): string {
  return `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(sourceMap).toString('base64')}`;
}

/** The results of a connector’s `require`: modules of Node, and modules that the runner provides for this bundle. */
export function requireProvided(name: string, packages: ReadonlySet<string>): unknown {
  // Not by Node's list of names, which is empty while a snapshot is taken.
  const builtin: unknown = process.getBuiltinModule(name);
  if (builtin !== undefined) return builtin;
  const provided = PROVIDED_PACKAGES[name];
  if (provided && packages.has(name)) return provided;
  throw new Error(`Cannot find module '${name}': it is neither in the bundle nor provided by the runner`);
}

async function guarded(create: () => unknown): Promise<unknown> {
  try {
    return await create();
  } catch (error) {
    throw new StartError('crashed_at_start', messageOf(error), error);
  }
}

/** `{ stdio: { args, env } }`: a server that is a program of its own. */
function readProgram(stdio: unknown): StdioProgram | null {
  if (!isJsonObject(stdio) || !Array.isArray(stdio.args)) return null;
  const env = Object.entries(isJsonObject(stdio.env) ? stdio.env : {}).map(([name, value]) => [name, String(value)]);
  return { args: stdio.args.map(String), env: Object.fromEntries(env) };
}

function asServer(value: unknown): ConnectableServer {
  if (isRecord(value) && typeof value.connect === 'function') {
    return value as unknown as ConnectableServer; // connect() is all the runner calls, and it was just checked
  }
  throw new StartError(
    'no_server',
    'The default export is neither a connector (defineConnector) nor a function that returns an McpServer.',
  );
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
