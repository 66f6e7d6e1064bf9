/** `wait`, `wait_briefly` and `write_briefly` wait until they are released or aborted; `seen` lists what happened. */
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { READS, text } from './mark.ts';

const WRITES = { annotations: { readOnlyHint: false, destructiveHint: false } };
const named = { inputSchema: z.object({ name: z.string() }) };

export default function create(): McpServer {
  const waiting = new Map<string, () => void>();
  const seen: string[] = [];
  const wait = (name: string, signal: AbortSignal) =>
    new Promise<ReturnType<typeof text>>((resolve) => {
      seen.push(`started ${name}`);
      signal.addEventListener('abort', () => {
        seen.push(`aborted ${name}`);
        resolve(text('aborted'));
      });
      waiting.set(name, () => {
        seen.push(`ended ${name}`);
        resolve(text('released'));
      });
    });
  const server = new McpServer({ name: 'waiting', version: '1.0.0' });
  for (const tool of ['wait', 'wait_briefly']) {
    server.registerTool(tool, { ...named, ...READS }, ({ name }, ctx) => wait(name, ctx.mcpReq.signal));
  }
  server.registerTool('write_briefly', { ...named, ...WRITES }, ({ name }, ctx) => {
    seen.push(`wrote ${name}`);
    return wait(name, ctx.mcpReq.signal);
  });
  server.registerTool('release', { ...named, ...READS }, ({ name }) => {
    waiting.get(name)?.();
    return text('done');
  });
  server.registerTool('seen', READS, () => text(seen.join(', ')));
  return server;
}
