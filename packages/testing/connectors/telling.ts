/** `tell` reports progress, waits, and returns its text. */
import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { READS, text } from './mark.ts';

const TAKES_MS = 20;

export default function create(): McpServer {
  const server = new McpServer({ name: 'telling', version: '1.0.0' });
  const config = { inputSchema: z.object({ text: z.string() }), ...READS };
  server.registerTool('tell', config, async (args, ctx) => {
    const { progressToken } = ctx.mcpReq._meta ?? {};
    if (progressToken !== undefined) {
      await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
    }
    await delay(TAKES_MS);
    return text(args.text);
  });
  return server;
}
