import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@patchbay/embedded';
import { atOurEnd } from '../measuring/at-our-end.ts';
import type { Configuration } from '../measuring/configuration.ts';
import { legacyCall, MODERN_CALL } from '../measuring/requests.ts';

const DIRECTORY = path.resolve(import.meta.dirname, '../../tools/peers/http');
/** Ten start at once, on a machine that may be busy. */
const START_MS = 30_000;
/** Length of the last output shown of a peer that does not start. */
const OUTPUT_MAX = 1_000;

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
    name: 'mcp-proxy',
    family: 'mcp-proxy',
    request: legacyCall(true),
    command: (port) => [
      ...[program('mcp-proxy'), '--server', 'stream', '--no-eventStore', '--host', '127.0.0.1'],
      ...['--port', String(port), '--', ...ECHO],
    ],
  },
  {
    name: 'supergateway stateless',
    family: 'supergateway stateless',
    request: legacyCall(false),
    command: supergateway,
  },
  {
    name: 'supergateway stateful',
    family: 'supergateway stateful',
    request: legacyCall(true),
    command: (port) => [...supergateway(port), '--stateful'],
  },
  { name: 'bare HTTP', family: 'bare', request: legacyCall(false), command: bareHops(0) },
  { name: 'bare HTTP, one hop', family: 'bare', request: legacyCall(false), command: bareHops(1) },
  { name: TWO_HOPS, family: 'bare', request: legacyCall(false), command: bareHops(2) },
  { name: 'Fastify, no protocol', family: 'ceiling', request: legacyCall(false), command: node('fastify-echo.js') },
];

/**
 * Starts the peers whose name passes. Each listens on a port of its own and is idle until it is measured.
 *
 * @param onFailure called with the reason when one does not start; the others do
 */
export async function startPeers(
  isWanted: (name: string) => boolean,
  onFailure: (name: string, reason: string) => void,
): Promise<Configuration[]> {
  const started = await Promise.all(
    PEERS.filter(({ name }) => isWanted(name)).map((peer) =>
      startPeer(peer).catch((error: Error) => void onFailure(peer.name, error.message)),
    ),
  );
  return started.filter((peer) => peer !== undefined);
}

/** @throws Error when it does not listen in time; nothing of it is left then */
export async function startPeer({ name, family, request, command }: Peer): Promise<Configuration> {
  const port = await freePort();
  const [file = '', ...args] = command(port);
  const child = spawn(file, args, {
    cwd: DIRECTORY,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // Their own children end with them: the group is ended as a whole.
    detached: true,
  });
  await once(child, 'spawn');
  const pid = child.pid ?? Number.NaN; // it has one, once it was started
  // Shown only when it does not start: their warnings would be among the figures.
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-OUTPUT_MAX);
  });
  const takeBack = atOurEnd(() => endGroup(pid));
  const stop = async () => {
    takeBack();
    const ended = hasEnded(child) ? null : once(child, 'exit');
    // Also when it ended by itself: what it started may still run.
    endGroup(pid);
    await ended;
  };
  try {
    await listening(child, port);
  } catch (error) {
    await stop();
    throw new Error([(error as Error).message, output.trim()].filter(Boolean).join(': ')); // listening() throws Errors
  }
  return {
    name,
    family,
    stop,
    client: { ...request, url: `http://127.0.0.1:${port}/mcp` },
    pids: () => [pid],
  };
}

/** By itself or by a signal, as one that runs out of memory. */
function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // nothing of it is left
  }
}

/** None of them reports its start in a common way: the port is polled until it answers. */
async function listening(child: ChildProcess, port: number): Promise<void> {
  const until = performance.now() + START_MS;
  while (!(await answers(port))) {
    if (hasEnded(child)) throw new Error(`it ended (${child.signalCode ?? child.exitCode}) before it listened`);
    if (performance.now() > until) throw new Error(`it does not listen within ${START_MS / 1000} s`);
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
