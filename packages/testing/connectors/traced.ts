/** `mark` returns the `_meta` of its request. */
import { McpServer } from '@modelcontextprotocol/server';
import { READS, text } from './mark.ts';

export default function create(): McpServer {
  const server = new McpServer({ name: 'traced', version: '1.0.0' });
  server.registerTool('mark', READS, async (ctx) => text(JSON.stringify(ctx.mcpReq._meta)));
  return server;
}
