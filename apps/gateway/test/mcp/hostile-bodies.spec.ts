import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asOwner, type EdgeFixture, modernRequest, startEdge } from '../edge-fixture.ts';

let edge: EdgeFixture;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());

const MIB = 1024 * 1024;
/** Three seconds of them. */
const ATTACKS = 60;
const SIZE = 4 * MIB - 1024;
const filled = (start: string, part: (index: number) => string, end: string): string => {
  const parts = [start];
  for (let length = start.length, index = 0; length < SIZE - 64 - end.length; index++) {
    const next = part(index);
    length += next.length;
    parts.push(next);
  }
  return parts.join('') + end;
};

/** Eight bodies that are cheap to send and expensive to parse. */
const BODIES: Readonly<Record<string, string>> = {
  'open brackets': '['.repeat(SIZE),
  'open braces': '{"a":'.repeat(SIZE / 5),
  'empty objects': filled('[{}', () => ',{}', ']'),
  'distinct keys': filled('{"k":0', (index) => `,"k${index}":0`, '}'),
  'distinct shapes': filled('[{"k":0}', (index) => `,{"k${index}":0}`, ']'),
  'short numbers': filled('[1', () => ',1', ']'),
  'one long string': `"${'x'.repeat(SIZE - 2)}"`,
  escapes: `"${'\\u0041'.repeat(Math.floor((SIZE - 2) / 6))}"`,
};

const send = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${edge.origin}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

describe('bodies made to stop the gateway', () => {
  it.each(Object.keys(BODIES))('a large body of %s is refused without a crash', async (name) => {
    const response = await send('/acme/open/mcp', BODIES[name] ?? '');
    expect([400, 429]).toContain(response.status);
    await response.arrayBuffer();
  });

  it('hostile bodies at 20 a second are refused, while calls of another organization are answered', async () => {
    const call = modernRequest('tools/list');
    const attacker = new Worker(ATTACK, {
      eval: true,
      workerData: { port: edge.port, path: '/acme/open/mcp', bodies: Object.values(BODIES), everyMs: 50 },
    });
    const refusals: number[] = [];
    attacker.on('message', (status: number) => refusals.push(status));
    let answered = 0;
    // How quick they are is measured by `npm run bench:neighbour`.
    while (refusals.length < ATTACKS) {
      const response = await send('/acme/weather/mcp', call.body, { ...call.headers, ...asOwner });
      expect(response.status).toBe(200);
      await response.arrayBuffer();
      answered += 1;
    }
    await attacker.terminate();
    for (const status of refusals) expect([400, 429]).toContain(status);
    expect(answered).toBeGreaterThan(ATTACKS);
  });
});

/** In a thread of its own, so that what it costs to send is not taken for what it costs to receive. */
const ATTACK = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { request } = require('node:http');
  const { port, path, bodies, everyMs } = workerData;
  const headers = { host: 'localhost:' + port, 'content-type': 'application/json' };
  let sent = 0;
  setInterval(() => {
    const body = Buffer.from(bodies[sent++ % bodies.length]);
    const options = { host: 'localhost', port, path, method: 'POST', headers: { ...headers, 'content-length': body.length } };
    request(options, (response) => {
      response.resume();
      parentPort.postMessage(response.statusCode);
    }).on('error', () => undefined).end(body);
  }, everyMs);
`;
