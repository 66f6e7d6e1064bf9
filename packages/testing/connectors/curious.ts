/**
 * Sends input requests: `name` elicits from the person, `think` samples the model, `stateful` elicits with a request state.
 * `say` writes a log line, `slow` takes a second, `report` writes a log line and takes a minute, `announce` publishes that
 * its tools changed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { inputRequired, inputResponse, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { MARK, READS, text } from './mark.ts';

const SLOW_MS = 1_000;
const REPORT_MS = 60_000;
const WHO = { type: 'object' as const, properties: { name: { type: 'string' as const } }, required: ['name'] };
const THINK = [{ role: 'user' as const, content: { type: 'text' as const, text: 'Think.' } }];

const ask = (state: { requestState?: string }) => (ctx: ServerContext) => {
  const answer = inputResponse(ctx.mcpReq.inputResponses, 'who');
  if (answer.kind === 'elicit') return text(`${MARK} ${answer.action} ${answer.content?.name ?? ''}`);
  const who = inputRequired.elicit({ message: 'Who?', requestedSchema: WHO });
  return inputRequired({ inputRequests: { who }, ...state });
};

export default function create(): McpServer {
  const server = new McpServer({ name: 'curious', version: '1.0.0' }, { capabilities: { logging: {} } });
  server.registerTool('name', READS, ask({}));
  server.registerTool('stateful', READS, ask({ requestState: 'asked' }));
  server.registerTool('think', READS, (ctx) => {
    const answer = inputResponse(ctx.mcpReq.inputResponses, 'thought');
    if (answer.kind === 'sampling') return text(JSON.stringify(answer.result.content));
    return inputRequired({
      inputRequests: { thought: inputRequired.createMessage({ messages: THINK, maxTokens: 9 }) },
    });
  });
  server.registerTool('say', READS, async (ctx) => {
    await ctx.mcpReq.log('info', 'said');
    return text('done');
  });
  server.registerTool('announce', READS, () => {
    server.sendToolListChanged();
    return text('announced');
  });
  server.registerTool('report', READS, async (ctx) => {
    await ctx.mcpReq.log('info', 'began');
    await delay(REPORT_MS);
    return text('reported');
  });
  server.registerTool('slow', READS, async () => {
    await delay(SLOW_MS);
    return text('late');
  });
  return server;
}
