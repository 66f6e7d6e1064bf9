/** SDK v1 with sessions: a server per session, answers as JSON. Argument: the port. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

const sessions = new Map();

createServer(async (request, response) => {
  const transport = sessions.get(request.headers['mcp-session-id']) ?? (await open());
  await transport.handleRequest(request, response);
}).listen(Number(process.argv[2]), '127.0.0.1');

async function open() {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  });
  await createEcho().connect(transport);
  return transport;
}

/** The tools of echo/index.js, as this version of the SDK writes them. */
function createEcho() {
  const server = new McpServer({ name: 'echo', version: '0.1.0' });
  server.registerTool(
    'echo',
    {
      description: 'Answers the text it was given.',
      inputSchema: { text: z.string() },
      annotations: { readOnlyHint: true },
    },
    async ({ text }) => ({ content: [{ type: 'text', text }] }),
  );
  server.registerTool(
    'fill',
    {
      description: 'Answers a text of this many bytes.',
      inputSchema: { bytes: z.number().int().min(0).max(1_000_000) },
      annotations: { readOnlyHint: true },
    },
    async ({ bytes }) => ({ content: [{ type: 'text', text: 'x'.repeat(bytes) }] }),
  );
  server.registerTool(
    'wait',
    {
      description: 'Answers after a while.',
      inputSchema: { ms: z.number().int().min(0).max(10_000) },
      annotations: { readOnlyHint: true },
    },
    async ({ ms }) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return { content: [{ type: 'text', text: 'done' }] };
    },
  );
  return server;
}
