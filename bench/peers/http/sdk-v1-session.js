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

/** The tool of echo/index.js, as this version of the SDK writes it. */
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
  return server;
}
