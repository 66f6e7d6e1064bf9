import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Configuration } from '../../measuring/configuration.ts';
import { legacyCall } from '../../measuring/requests.ts';
import { Load } from '../load.ts';
import { startPeer } from '../peers.ts';
import { notMeasuredLine } from '../report.ts';
import { measureThroughput, summarizeSamples } from '../throughput.ts';

const ANSWER = JSON.stringify({ jsonrpc: '2.0', id: 1, result: {} });
const PLAN = { inFlight: 4, rounds: 1, seconds: 0.2, warmUp: { callsMax: 20, seconds: 1 } };

let load: Load;
const servers: Server[] = [];
const sockets = new Set<Socket>();

beforeAll(() => {
  load = new Load();
});
afterAll(() => load.close());
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A server in this process that answers each call, by its number, as configured. */
async function serve(name: string, answer: (response: ServerResponse, number: number) => void): Promise<Configuration> {
  let number = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      number += 1;
      answer(response, number);
    });
  });
  servers.push(server);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    name,
    family: 'sdk',
    pids: () => [process.pid],
    stop: async () => {},
    client: { ...legacyCall(false), url: `http://127.0.0.1:${port}/mcp`, callMsMax: 300 },
  };
}

const answering = (response: ServerResponse) =>
  response.writeHead(200, { 'content-length': ANSWER.length }).end(ANSWER);

/** The reports about each peer that is not measured, and the names of the measured ones. */
async function measured(...configurations: Configuration[]) {
  const samples = await measureThroughput(load, configurations, PLAN);
  return {
    failures: [...samples.failures].map(([{ name }, reason]) => notMeasuredLine(name, reason)),
    names: summarizeSamples(samples).map(({ configuration }) => configuration.name),
  };
}

describe('measureThroughput', () => {
  it('leaves out a server that loses one call among others, reports it, and measures the other servers', async () => {
    const loses = await serve('loses', (response, number) => {
      if (number !== 10) answering(response);
    });
    const { failures, names } = await measured(await serve('answers', answering), loses);
    expect(failures).toEqual([expect.stringMatching(/loses +not measured: .*no answer within 300 ms/)]);
    expect(names).toEqual(['answers']);
  });

  it('leaves out a server that hangs up on a call', async () => {
    const hangsUp = await serve('hangs up', (response, number) => {
      if (number === 10) response.destroy();
      else answering(response);
    });
    const { failures, names } = await measured(hangsUp, await serve('answers', answering));
    expect(failures).toEqual([expect.stringMatching(/hangs up +not measured: .*closed the connection/)]);
    expect(names).toEqual(['answers']);
  });

  it('leaves out a server without the measured tool, though its errors arrive sooner than answers', async () => {
    const refusal = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [], isError: true } });
    const lacks = await serve('lacks', (response) => response.setHeader('content-length', refusal.length).end(refusal));
    const { failures, names } = await measured(lacks, await serve('answers', answering));
    expect(failures).toEqual([expect.stringMatching(/lacks +not measured: .*isError/)]);
    expect(names).toEqual(['answers']);
  });

  it('leaves out a server that opens all sessions but one, and closes its connections', async () => {
    const forgets = await serve('forgets', (response, number) => {
      if (number !== 2) response.setHeader('mcp-session-id', `s${number}`).setHeader('content-length', 0).end();
    });
    const inSessions = { ...forgets, client: { ...forgets.client, session: true } };
    const { failures, names } = await measured(inSessions);
    expect(failures).toEqual([expect.stringMatching(/forgets +not measured: .*no answer within 300 ms/)]);
    expect(names).toEqual([]);
    await expect.poll(() => sockets.size).toBe(0);
  });

  it('measures the next server after one that resets connections without a call under way', async () => {
    // Sessions are opened side by side: the last one is waited for while the others' connections are idle.
    const resets = await serve('resets', (response, number) => {
      if (number < PLAN.inFlight * 2) {
        response.setHeader('mcp-session-id', `s${number}`).setHeader('content-length', 0).end();
      } else for (const socket of sockets) socket.resetAndDestroy();
    });
    const inSessions = { ...resets, client: { ...resets.client, session: true } };
    const { failures, names } = await measured(inSessions, await serve('answers', answering));
    expect(failures).toEqual([expect.stringMatching(/resets +not measured: .*closed the connection/)]);
    expect(names).toEqual(['answers']);
  });
});

describe('startPeer', () => {
  const peer = (program: string) => ({
    name: 'peer',
    family: 'sdk' as const,
    request: legacyCall(false),
    command: (port: number) => [process.execPath, '-e', program, String(port)],
  });
  const LISTEN = 'require("http").createServer(() => {}).listen(Number(process.argv[1]), "127.0.0.1");';

  it('reports the end of a benchmark peer that never listened', async () => {
    await expect(startPeer(peer('process.kill(process.pid, "SIGABRT")'))).rejects.toThrow(/it ended \(SIGABRT\)/);
    await expect(startPeer(peer('console.error("no port for me"); process.exit(3)'))).rejects.toThrow(
      /it ended \(3\) before it listened: no port for me/,
    );
  });

  it('refuses to start a benchmark peer whose program does not exist', async () => {
    await expect(startPeer({ ...peer(''), command: () => ['/nowhere/at-all'] })).rejects.toThrow(/ENOENT/);
  });

  it('stops the children of a benchmark peer that a signal ended before', async () => {
    const started = await startPeer(peer(`require("child_process").spawn("sleep", ["60"]); ${LISTEN}`));
    const [pid = 0] = started.pids();
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isThere(pid)).toBe(false);
    expect(isThere(-pid)).toBe(true);
    await started.stop();
    // Its new parent takes its time to collect it.
    await expect.poll(() => isThere(-pid), { timeout: 10_000 }).toBe(false);
  });
});

/** A process by its id, or a group by its leader's id as a negative number. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
