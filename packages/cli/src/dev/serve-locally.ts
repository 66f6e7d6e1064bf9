/**
 * The local MCP URL of `patchbay dev`: both protocol eras, without sessions, in front of the sandbox.
 * It listens on the loopback address only, and answers only what names localhost and comes from no foreign page,
 * because every web page a person opens can send requests to their machine.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type McpHttpHandler,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { AppError } from '@patchbay/foundation';
import { createProxyServer } from './create-proxy-server.ts';
import type { LocalSandbox } from './local-sandbox.ts';

export interface LocalEndpoint {
  readonly url: string;
  /** Notifies subscribed clients that the lists may have changed. */
  changed(): void;
  close(): Promise<void>;
}

/** `sandbox` is asked per request, so that a reload takes effect without a new URL. @throws AppError cli.port_in_use */
export async function serveLocally(sandbox: () => LocalSandbox, port: number): Promise<LocalEndpoint> {
  const handler = createMcpHandler(() => createProxyServer(sandbox()));
  const server = createServer((request, response) => {
    answer(handler, request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new AppError('cli.port_in_use', { detail: `Port ${port}: ${error.message}`, cause: error });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('dev: the server has no port');
  return {
    url: `http://localhost:${address.port}/mcp`,
    changed: () => {
      handler.notify.toolsChanged();
      handler.notify.promptsChanged();
      handler.notify.resourcesChanged();
    },
    async close() {
      await handler.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(handler: McpHttpHandler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.on('close', () => gone.abort());
  const request = toRequest(incoming, gone.signal);
  const response =
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins()) ??
    (new URL(request.url).pathname === '/mcp'
      ? await handler.fetch(request)
      : new Response('Not found\n', { status: 404 }));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    outgoing.end();
    return;
  }
  for await (const chunk of response.body) outgoing.write(chunk);
  outgoing.end();
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  }
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  return new Request(new URL(incoming.url ?? '/', 'http://localhost'), {
    method: incoming.method ?? 'GET',
    headers,
    signal,
    // Node streams a body only with `duplex`, which the DOM's type does not know.
    ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
  });
}
