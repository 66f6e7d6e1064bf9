import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { peerPrograms } from './peer-programs.ts';

/** A URL of the platform, and the key for it; undefined for a public one. */
export interface Target {
  readonly url: string;
  readonly key: string | undefined;
  /** Prefix of a tool's name there. */
  readonly prefix: string;
  /** A home directory of the peer's own: nothing of this machine's people is read or written. */
  readonly home: string;
}

/** Results of a peer: the names of the tools, and the answer of the tool `echo`. */
export interface Sight {
  readonly tools: readonly string[];
  readonly echoed: string;
}

/** A third-party MCP client, used as its users use it. */
export interface Peer {
  readonly name: string;
  look(target: Target, text: string): Promise<Sight>;
}

const INFO = { name: 'interop', version: '1.0.0' };
const run = promisify(execFile);
const programs = peerPrograms();

const headersOf = ({ key }: Target): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };
const withHeader = ({ key }: Target, option: string, separator: string): string[] =>
  key === undefined ? [] : [option, `Authorization${separator}Bearer ${key}`];

/** Libraries, in this process. */
export const LIBRARIES: readonly Peer[] = [
  { name: 'SDK v1', look: (target, text) => lookLegacy(legacyHttp(target), target, text) },
  ...(['legacy', 'auto', 'modern'] as const).map(
    (era): Peer => ({
      name: `SDK v2, ${era}`,
      look: (target, text) => lookModern(era, modernHttp(target), { target, text }),
    }),
  ),
];

/** Programs, each started as its users start it. */
export const PROGRAMS: readonly Peer[] = [
  {
    name: 'mcp-remote behind SDK v1',
    look: (target, text) => lookLegacy(new LegacyStdio(remote(target)), target, text),
  },
  {
    name: 'mcp-remote behind SDK v2, modern',
    look: (target, text) => lookModern('modern', new ModernStdio(remote(target)), { target, text }),
  },
  { name: 'mcporter', look: lookMcporter },
  ...(['legacy', 'modern'] as const).map(
    (era): Peer => ({ name: `MCP Inspector, ${era}`, look: (target, text) => lookInspector(era, target, text) }),
  ),
];

function legacyHttp(target: Target) {
  return new LegacyTransport(new URL(target.url), { requestInit: { headers: headersOf(target) } });
}

function modernHttp(target: Target) {
  return new ModernTransport(new URL(target.url), { requestInit: { headers: headersOf(target) } });
}

/** `mcp-remote` makes a local server of a remote one; its stdio peer is a client of its own. */
function remote(target: Target) {
  const headers = withHeader(target, '--header', ': ');
  return {
    command: process.execPath,
    args: [programs.mcpRemote, target.url, '--transport', 'http-only', ...headers],
    env: environmentOf(target),
    stderr: 'ignore' as const,
  };
}

async function lookLegacy(transport: LegacyStdio | LegacyTransport, { prefix }: Target, text: string): Promise<Sight> {
  const client = new LegacyClient(INFO);
  // The client of SDK v1 declares an optional member that this repository's compiler settings take at its word.
  await client.connect(transport as never);
  try {
    const { tools } = await client.listTools();
    const result = await client.callTool({ name: `${prefix}echo`, arguments: { text } });
    return { tools: tools.map(({ name }) => name), echoed: textOf(result) };
  } finally {
    await client.close();
  }
}

async function lookModern(
  era: 'legacy' | 'auto' | 'modern',
  transport: ModernStdio | ModernTransport,
  { target, text }: { readonly target: Target; readonly text: string },
): Promise<Sight> {
  const mode = era === 'modern' ? { pin: '2026-07-28' } : era;
  const client = new ModernClient(INFO, { versionNegotiation: { mode } });
  await client.connect(transport);
  try {
    const { tools } = await client.listTools();
    const result = await client.callTool({ name: `${target.prefix}echo`, arguments: { text } });
    return { tools: tools.map(({ name }) => name), echoed: textOf(result) };
  } finally {
    await client.close();
  }
}

async function lookMcporter(target: Target, text: string): Promise<Sight> {
  const mcporter = async (command: string, ...args: readonly string[]) => {
    const there = ['--http-url', target.url, '--allow-http', '--no-oauth', '--name', 'peer'];
    const program = [programs.mcporter, command, ...there, ...withHeader(target, '--header', '=')];
    return JSON.parse(await outputOf(target, [...program, ...args]));
  };
  const list = (await mcporter('list', '--json')) as { tools: readonly { name: string }[] };
  const call = ['--tool', `${target.prefix}echo`, '--args', JSON.stringify({ text }), '--output', 'json'];
  return { tools: list.tools.map(({ name }) => name), echoed: textOf(await mcporter('call', ...call)) };
}

async function lookInspector(era: 'legacy' | 'modern', target: Target, text: string): Promise<Sight> {
  const inspector = async (method: string, ...args: readonly string[]) => {
    const there = ['--cli', target.url, '--transport', 'http', '--protocol-era', era, '--stored-auth-only', '--quiet'];
    const program = [programs.inspector, ...there, ...withHeader(target, '--header', ': '), '--method', method];
    return JSON.parse(await outputOf(target, [...program, ...args]));
  };
  const { tools } = (await inspector('tools/list')) as { tools: readonly { name: string }[] };
  const call = ['--tool-name', `${target.prefix}echo`, '--tool-args-json', JSON.stringify({ text })];
  return { tools: tools.map(({ name }) => name), echoed: textOf(await inspector('tools/call', ...call)) };
}

/** The output of a command line. Rejects with its error output when it fails. */
async function outputOf(target: Target, args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, args, { cwd: target.home, env: environmentOf(target) });
  return stdout;
}

function environmentOf({ home }: Target): Record<string, string> {
  return { PATH: path.dirname(process.execPath), HOME: home, NO_COLOR: '1' };
}

function textOf(result: unknown): string {
  const { content } = result as { content?: readonly { text?: string }[] }; // what every client calls a tool's answer
  const text = content?.[0]?.text;
  if (text === undefined) throw new Error(`no text in ${JSON.stringify(result)}`);
  return text;
}
