/** How others run a connector: a process of Node, Deno or workerd. Without isolation, which is our own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { installPeers } from '../measuring/install-peers.ts';
import { summarize } from '../measuring/summarize.ts';
import { milliseconds, type Row, startRow } from './row.ts';
import { pssOf } from './sandbox-host.ts';

const DIRECTORY = path.resolve(import.meta.dirname, '../../tools/peers/sandbox');
const STARTS = 15;
const WARM_CALLS = 500;
const MEBIBYTE = 1024 * 1024;
const ANSWER_MS = 10_000;
const CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: {
    name: 'greet',
    arguments: { name: 'Ada' },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
    },
  },
});
const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'greet',
};

interface Peer {
  readonly name: string;
  /** Ends after one call, so that nothing of it is warm. */
  readonly isPerCall: boolean;
  start(): Connector;
}

interface Connector {
  readonly child: ChildProcess;
  /** The text of the answer. */
  call(): Promise<string>;
}

/** First calls, warm calls and memory of each, in turns. */
export async function peerRows(): Promise<Row[]> {
  await install();
  const peers = peersHere();
  const first = new Map<string, number[]>(peers.map(({ name }) => [name, []]));
  for (let count = 0; count < STARTS; count += 1) {
    for (const peer of peers) first.get(peer.name)?.push(await timeToFirstAnswer(peer));
  }
  const rows: Row[] = [];
  for (const peer of peers) {
    rows.push(startRow(`compared: first call, ${peer.name}`, first.get(peer.name) ?? []));
    if (!peer.isPerCall) rows.push(await whileWarm(peer));
  }
  return rows;
}

async function timeToFirstAnswer(peer: Peer): Promise<number> {
  const startedAt = performance.now();
  const connector = peer.start();
  try {
    await greet(connector, peer.name);
    return performance.now() - startedAt;
  } finally {
    await end(connector);
  }
}

async function whileWarm(peer: Peer): Promise<Row> {
  const connector = peer.start();
  try {
    const times: number[] = [];
    for (let count = 0; count < WARM_CALLS; count += 1) {
      const startedAt = performance.now();
      await greet(connector, peer.name);
      if (count >= WARM_CALLS / 2) times.push(performance.now() - startedAt);
    }
    const { p50 } = summarize(times);
    const pss = pssOf(connector.child.pid ?? 0) / MEBIBYTE;
    const measured = `p50 ${milliseconds(p50)}, ${pss.toFixed(1)} MB PSS`;
    return { what: `compared: warm call and memory, ${peer.name}`, measured, target: '', isMet: null };
  } finally {
    await end(connector);
  }
}

async function greet(connector: Connector, name: string): Promise<void> {
  const answer = await connector.call();
  if (!answer.includes('Hello, Ada')) throw new Error(`${name} did not greet: ${answer.slice(0, 300)}`);
}

async function end({ child }: Connector): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** The binaries themselves: what their packages put on the PATH starts a Node first. */
function peersHere(): Peer[] {
  const of = (name: string) => createRequire(createRequire(`${DIRECTORY}/`).resolve(`${name}/package.json`));
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x64';
  const deno = of('deno').resolve(`@deno/linux-${architecture}-glibc/deno`);
  const workerd = of('workerd').resolve(
    `@cloudflare/workerd-linux-${architecture === 'x64' ? '64' : architecture}/bin/workerd`,
  );
  const program = path.join(DIRECTORY, 'dist/stdio.js');
  const denoArguments = ['run', '--no-remote', '--no-npm', '--no-config', '--no-lock', '--no-prompt', program];
  return [
    { name: 'a Node process per call', isPerCall: true, start: () => overStdio(process.execPath, [program]) },
    { name: 'a Deno process per connector', isPerCall: false, start: () => overStdio(deno, denoArguments) },
    { name: 'a workerd process per connector', isPerCall: false, start: () => overHttp(workerd) },
  ];
}

function overStdio(file: string, args: readonly string[]): Connector {
  const child = spawn(file, args, { cwd: DIRECTORY, env: { NO_COLOR: '1' }, stdio: ['pipe', 'pipe', 'inherit'] });
  const [stdin, stdout] = [child.stdin as Writable, child.stdout as Readable]; // pipes, as requested from spawn()
  const lines = createInterface(stdout);
  stdin.on('error', () => {}); // a missing answer is detected elsewhere
  return {
    child,
    call: async () => {
      const answered = once(lines, 'line', { signal: AbortSignal.timeout(ANSWER_MS) });
      stdin.write(`${CALL}\n`);
      return String((await answered)[0]);
    },
  };
}

function overHttp(file: string): Connector {
  const args = ['serve', 'workerd.capnp', '--control-fd=3'];
  const child = spawn(file, args, { cwd: DIRECTORY, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const control = createInterface(child.stdio[3] as Readable); // a pipe, as requested from spawn()
  const origin = once(control, 'line', { signal: AbortSignal.timeout(ANSWER_MS) }).then(
    ([line]) => `http://127.0.0.1:${JSON.parse(String(line)).port}/`,
  );
  return {
    child,
    call: async () => {
      const signal = AbortSignal.timeout(ANSWER_MS);
      return (await fetch(await origin, { method: 'POST', headers: HEADERS, body: CALL, signal })).text();
    },
  };
}

/** From their own lockfile, and bundled as a connector is. */
async function install(): Promise<void> {
  await installPeers('sandbox');
  const run = (file: string, args: readonly string[]) => promisify(execFile)(file, args, { cwd: DIRECTORY });
  const bundle = ['--bundle', '--minify', '--format=esm', '--outdir=dist', '--log-level=error'];
  await run('node_modules/.bin/esbuild', ['stdio.js', ...bundle, '--platform=node']);
  await run('node_modules/.bin/esbuild', ['worker.js', ...bundle, '--conditions=workerd,worker']);
}
