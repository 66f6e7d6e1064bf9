/** The bounds of what a foreign server can make the Doctor do. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Redactor } from '../src/wire/redactor.ts';
import { Wire } from '../src/wire/wire.ts';

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
}

function wireTo(
  target: URL,
  { requestsMax = 10, bytesMax = 1_000, timeoutMs = 20_000, allow = async () => false } = {},
) {
  const budget = { requestsMax, bytesMax, timeoutMs };
  const { signal } = new AbortController();
  return new Wire(target, { fetch, redactor: new Redactor(), budget, allowHost: allow, signal }, 50);
}

describe('the only way out', () => {
  it('sends no more requests to a host than its budget has', async () => {
    let count = 0;
    const url = await serve((_request, response) => {
      count += 1;
      response.end('{}');
    });
    const wire = wireTo(url, { requestsMax: 3 });
    for (let index = 0; index < 3; index += 1) await wire.send(url);
    await expect(wire.send(url)).rejects.toMatchObject({ kind: 'budget' });
    expect(count).toBe(3);
    expect(wire.spent).toEqual({ [url.host]: 4 });
  });

  it('reads no more bytes of a host than its budget has, over all answers', async () => {
    const url = await serve((_request, response) => response.end('x'.repeat(600)));
    const wire = wireTo(url);
    await wire.send(url);
    await expect(wire.send(url)).rejects.toMatchObject({ kind: 'budget' });
  });

  it('stops a body without end', async () => {
    const url = await serve((_request, response) => {
      const more = () => {
        if (!response.destroyed) response.write('x'.repeat(400), () => setImmediate(more));
      };
      more();
    });
    await expect(wireTo(url).send(url)).rejects.toMatchObject({ kind: 'budget' });
  });

  it('waits no longer than its bound for an answer that does not come', async () => {
    const url = await serve(() => {});
    await expect(wireTo(url, { timeoutMs: 200 }).send(url)).rejects.toMatchObject({ kind: 'timeout' });
  });

  it('follows no redirect, and asks the person once about another host', async () => {
    const seen: string[] = [];
    const other = await serve((request, response) => {
      seen.push(request.url ?? '');
      response.end();
    });
    const url = await serve((_request, response) => response.writeHead(302, { location: other.href }).end());
    const asked: string[] = [];
    const wire = wireTo(url, {
      allow: async (...[host]: unknown[]) => {
        asked.push(String(host));
        return false;
      },
    });
    expect((await wire.send(url)).status).toBe(302);
    expect(seen).toEqual([]);
    await expect(wire.send(other)).rejects.toMatchObject({ kind: 'host_not_allowed' });
    await expect(wire.send(other)).rejects.toMatchObject({ kind: 'host_not_allowed' });
    expect([seen, asked]).toEqual([[], [other.host]]);
  });

  it('reports a stream that stays open after the message that was waited for', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"done":true}\n\n');
    });
    const exchange = await wireTo(url).send(url, { until: (text) => text.includes('done') });
    expect([exchange.ended, exchange.text.includes('done')]).toEqual([false, true]);
  });
});
