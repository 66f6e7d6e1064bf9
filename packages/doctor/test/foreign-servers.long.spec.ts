/** Servers of others that clients connect to every day: the Doctor has no finding at them but what is true. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort, waitFor } from '@patchbay/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { diagnose } from '../src/diagnose.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const HTTP = path.join(ROOT, 'tools/peers/http');
const EVERYTHING = path.join(
  ROOT,
  'tools/peers/servers/node_modules/@modelcontextprotocol/server-everything/dist/index.js',
);
const EXAMPLES = path.join(ROOT, 'node_modules/@modelcontextprotocol/sdk/dist/esm/examples/server');
const INSTALL_MS_MAX = 300_000;
const redirectUri = 'http://localhost:43117/callback';

const node = (program: string) => (port: number) => [program, String(port)];
const echo = [process.execPath, path.join(HTTP, 'echo-stdio.js')];
const bin = (name: string) => path.join(HTTP, 'node_modules/.bin', name);
const supergateway = (port: number) => [
  ...['--stdio', echo.join(' '), '--outputTransport', 'streamableHttp', '--logLevel', 'none'],
  ...['--port', String(port)],
];

interface Foreign {
  readonly name: string;
  readonly program?: string;
  readonly args: (port: number) => readonly string[];
  readonly env?: (port: number) => Readonly<Record<string, string>>;
}

const OPEN: readonly Foreign[] = [
  { name: 'SDK v1 with sessions', args: node(path.join(HTTP, 'sdk-v1-session.js')) },
  { name: 'SDK v2 without sessions', args: node(path.join(HTTP, 'sdk-v2-handler.js')) },
  { name: 'SDK v2 with sessions', args: node(path.join(HTTP, 'sdk-v2-session.js')) },
  {
    name: 'mcp-proxy',
    program: bin('mcp-proxy'),
    args: (port) => [
      '--server',
      'stream',
      '--no-eventStore',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--',
      ...echo,
    ],
  },
  { name: 'supergateway without sessions', program: bin('supergateway'), args: supergateway },
  {
    name: 'supergateway with sessions',
    program: bin('supergateway'),
    args: (port) => [...supergateway(port), '--stateful'],
  },
  { name: 'server-everything', args: () => [EVERYTHING, 'streamableHttp'], env: (port) => ({ PORT: String(port) }) },
  {
    name: 'the SDK’s example with sessions and streams',
    args: () => [path.join(EXAMPLES, 'simpleStreamableHttp.js')],
    env: (port) => ({ MCP_PORT: String(port) }),
  },
];

const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) {
    const gone = once(child, 'exit');
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await gone;
  }
});

beforeAll(async () => {
  for (const name of ['http', 'servers']) {
    const installer = spawn(process.execPath, [path.join(ROOT, 'scripts/bootstrap/install-peers.mjs'), name], {
      stdio: 'inherit',
    });
    const [code] = await once(installer, 'exit');
    expect(code).toBe(0);
  }
}, INSTALL_MS_MAX);

async function start({ program, args, env }: Foreign): Promise<number> {
  const port = await freePort();
  const given = program === undefined ? [process.execPath, ...args(port)] : [program, ...args(port)];
  const [command = '', ...rest] = given;
  const child = spawn(command, rest, { env: { PATH: process.env.PATH, ...env?.(port) }, stdio: 'ignore', cwd: HTTP });
  running.push(child);
  await waitFor(() => accepts(port), { deadlineMs: 60_000 });
  return port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, 'localhost');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const seen = (report: Awaited<ReturnType<typeof diagnose>>) =>
  report.findings.filter(({ severity }) => severity !== 'note').map(({ rule, received }) => `${rule}: ${received}`);

describe('the Doctor', () => {
  it.each(OPEN)('has no finding at $name', { timeout: 120_000 }, async (foreign) => {
    const url = new URL(`http://localhost:${await start(foreign)}/mcp`);
    const report = await diagnose(url, { fetch, person: null, allowHost: async () => false });
    expect(seen(report)).toEqual([]);
    expect(report.matrix.filter(({ way, state }) => way === 'open' && state === 'connects').length).toBeGreaterThan(0);
  });

  it('finds at the SDK’s example behind its authorization router what is true of it, and connects', {
    timeout: 120_000,
  }, async () => {
    const authorization = await freePort();
    const args = () => [path.join(EXAMPLES, 'simpleStreamableHttp.js'), '--oauth'];
    const env = (port: number) => ({ MCP_PORT: String(port), MCP_AUTH_PORT: String(authorization) });
    const port = await start({ name: 'example', args, env });
    // Its authorization endpoint allows every request at once.
    const signIn = async (url: URL) => {
      const { headers } = await fetch(url, { redirect: 'manual' });
      return URL.parse(headers.get('location') ?? '');
    };
    const report = await diagnose(new URL(`http://localhost:${port}/mcp`), {
      fetch,
      person: { redirectUri, signIn },
      allowHost: async (host) => host === `localhost:${authorization}`,
    });
    // The example's verifier throws for a token it does not know; its provider asks no person and issues no refresh tokens.
    expect(seen(report)).toEqual([
      expect.stringMatching(/^challenge\.bad-token: 500 /),
      ...Array.from({ length: 3 }, () => expect.stringMatching(/^authorize\.consent: /)),
      expect.stringMatching(/^token\.no-refresh: /),
    ]);
    expect(report.steps.find(({ step, way }) => step === 'lists' && way === 'dcr')?.state).toBe('passed');
  });
});
