/** `echo` returns its text, `mark` the mark of the version, `slow` the same with a delay, `remove` is destructive. */
import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { MARK, READS, text } from './mark.ts';

/** Long enough that a busy machine sees it in flight. */
const SLOW_MS = 1_500;
const input = { inputSchema: z.object({ text: z.string().optional() }) };

export default function create(): McpServer {
  const server = new McpServer({ name: 'echo', version: '1.0.0' });
  const read = { ...input, ...READS };
  server.registerTool('echo', read, async (args) => text(String(args.text)));
  server.registerTool('mark', read, async () => text(MARK));
  server.registerTool('slow', read, async () => {
    await delay(SLOW_MS);
    return text(MARK);
  });
  server.registerTool('remove', { ...input, annotations: { destructiveHint: true } }, async () => text('gone'));
  return server;
}
