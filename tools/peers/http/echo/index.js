import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** The tools of every configuration: deployed to Patchbay as it is, and served by the SDK's own servers. */
export default function createServer() {
  const server = new McpServer({ name: 'echo', version: '0.1.0' });
  server.registerTool(
    'echo',
    {
      description: 'Answers the text it was given.',
      inputSchema: z.object({ text: z.string() }),
      annotations: { readOnlyHint: true },
    },
    async ({ text }) => ({ content: [{ type: 'text', text }] }),
  );
  // A large answer to a small call, as a tool that reads a file gives.
  server.registerTool(
    'fill',
    {
      description: 'Answers a text of this many bytes.',
      inputSchema: z.object({ bytes: z.number().int().min(0).max(1_000_000) }),
      annotations: { readOnlyHint: true },
    },
    async ({ bytes }) => ({ content: [{ type: 'text', text: 'x'.repeat(bytes) }] }),
  );
  // The delay of a tool that asks an upstream service, without one.
  server.registerTool(
    'wait',
    {
      description: 'Answers after a while.',
      inputSchema: z.object({ ms: z.number().int().min(0).max(10_000) }),
      annotations: { readOnlyHint: true },
    },
    async ({ ms }) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return { content: [{ type: 'text', text: 'done' }] };
    },
  );
  return server;
}
