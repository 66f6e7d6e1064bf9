/** The connector of the sandbox benchmark as a server of the SDK: what every one of the peers serves. */
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export default function createGreet() {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  server.registerTool('greet', { description: 'Greets.', inputSchema: z.object({ name: z.string() }) }, ({ name }) => ({
    content: [{ type: 'text', text: `Hello, ${name}` }],
  }));
  return server;
}
