import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '@patchbay/embedded';
import { atOurEnd } from './at-our-end.ts';
import type { Configuration } from './configuration.ts';
import { legacyCall, MODERN_CALL } from './requests.ts';

const DIRECTORY = path.resolve(import.meta.dirname, '../peers/http');
const PNPM = 'pnpm@12.21.0';
const START_MS = 15_000;

interface Peer extends Pick<Configuration, 'name' | 'family'> {
  readonly request: typeof MODERN_CALL;
  /** Program and arguments that listen on this port of loopback. */
  command(port: number): readonly string[];
}

const node = (program: string) => (port: number) => [process.execPath, program, String(port)];
const ECHO = [process.execPath, path.join(DIRECTORY, 'echo-stdio.js')];
const program = (name: string) => path.join(DIRECTORY, 'node_modules/.bin', name);

/** The way of a call of ours, gateway to supervisor to sandbox, without anything on it. */
export const TWO_HOPS = 'bare HTTP, two hops';
const bareHops = (hops: number) => (port: number) => [...node('bare-hops.js')(port), String(hops)];

/** supergateway splits its command at spaces and has no switch for loopback; it is what its users run. */
const supergateway = (port: number) => [
  ...[program('supergateway'), '--stdio', ECHO.join(' '), '--outputTransport', 'streamableHttp'],
  ...['--logLevel', 'none', '--port', String(port)],
];

const PEERS: readonly Peer[] = [
  { name: 'SDK v2 createMcpHandler', family: 'sdk', request: MODERN_CALL, command: node('sdk-v2-handler.js') },
  { name: 'SDK v2 sessions', family: 'sdk', request: legacyCall(true), command: node('sdk-v2-session.js') },
  { name: 'SDK v1 sessions', family: 'sdk', request: legacyCall(true), command: node('sdk-v1-session.js') },
  {
    ...{ name: 'mcp-proxy', family: 'mcp-proxy', request: legacyCall(true) },
    command: (port) => [
      ...[program('mcp-proxy'), '--server', 'stream', '--no-eventStore', '--host', '127.0.0.1'],
      ...['--port', String(port), '--', ...ECHO],
    ],
  },
  {
    ...{ name: 'supergateway stateless', family: 'supergateway stateless', request: legacyCall(false) },
    command: supergateway,
  },
  {
    ...{ name: 'supergateway stateful', family: 'supergateway stateful', request: legacyCall(true) },
    command: (port) => [...supergateway(port), '--stateful'],
  },
  { name: 'bare HTTP', family: 'bare', request: legacyCall(false), command: bareHops(0) },
  { name: 'bare HTTP, one hop', family: 'bare', request: legacyCall(false), command: bareHops(1) },
  { name: TWO_HOPS, family: 'bare', request: legacyCall(false), command: bareHops(2) },
  { name: 'Fastify, no protocol', family: 'ceiling', request: legacyCall(false), command: node('fastify-echo.js') },
];

/** Installs the peers from their own lockfile, where they are not yet. */
export async function installPeers(): Promise<void> {
  if (existsSync(path.join(DIRECTORY, 'node_modules/.modules.yaml'))) return;
  process.stderr.write('Installing what the gateway is measured against …\n');
  const args = ['--yes', PNPM, 'install', '--frozen-lockfile'];
  await promisify(execFile)('npx', args, { cwd: DIRECTORY, env: { ...process.env, CI: '1' } });
}

/** Starts the peers whose name passes. Each listens on a port of its own and is idle until it is measured. */
export function startPeers(isWanted: (name: string) => boolean): Promise<Configuration[]> {
  return Promise.all(PEERS.filter(({ name }) => isWanted(name)).map(start));
}

async function start({ name, family, request, command }: Peer): Promise<Configuration> {
  const port = await freePort();
  const [file = '', ...args] = command(port);
  const child = spawn(file, args, {
    cwd: DIRECTORY,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit'],
    // Their own children end with them: the group is ended as a whole.
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} does not start: ${file}`);
  const end = () => process.kill(-pid, 'SIGKILL');
  const takeBack = atOurEnd(end);
  await listening(child, port, name);
  return {
    ...{ name, family },
    client: { ...request, url: `http://127.0.0.1:${port}/mcp` },
    pids: () => [pid],
    async stop() {
      takeBack();
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      end();
      await ended;
    },
  };
}

/** None of them says when it listens in a way that all share: the port is asked until it answers. */
async function listening(child: ChildProcess, port: number, name: string): Promise<void> {
  const until = performance.now() + START_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > until) throw new Error(`${name} does not listen on ${port}`);
    await delay(50);
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}
