import type { InvocationNotification, InvocationOutcome, JsonObject } from '@patchbay/sandbox-protocol';
import { skipUnless, waitFor } from '@patchbay/testing';
import { type GivenHost, givenHost, hasBubblewrap, NO_BUBBLEWRAP, textOf } from '@patchbay/testing/hosts/given-host';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect } from 'vitest';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

/** A server of SDK v1 as it is published for desktops: a program on standard input and output. */
const PROGRAM = `
  import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
  import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
  import { z } from 'zod';
  const text = (value) => ({ content: [{ type: 'text', text: value }] });
  const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } };
  const server = new McpServer({ name: 'desk', version: '1.0.0' }, { capabilities: { logging: {} } });
  server.registerTool('echo', { inputSchema: { text: z.string() } }, async ({ text: given }) => text(given));
  server.registerTool('ask', {}, async (extra) => {
    const answer = await server.server.elicitInput({ message: 'Who?', requestedSchema });
    await server.server.sendLoggingMessage({ level: 'error', data: 'loud' });
    await extra.sendNotification({ method: 'notifications/progress',
      params: { progressToken: extra._meta.progressToken, progress: 1 } });
    return text(answer.action + ' ' + (answer.content?.name ?? ''));
  });
  server.registerTool('wait', {}, async ({ signal }) => {
    console.error('waiting');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    console.error('was aborted');
    return text('ended');
  });
  server.registerTool('chat', {}, async () => { console.log('not JSON at all'); return text('chatted'); });
  server.registerTool('die', {}, async () => process.exit(3));
  server.registerTool('where', {}, async () => text(JSON.stringify([process.env, process.getuid()])));
  await server.connect(new StdioServerTransport());`;

let given: GivenHost;
let code: string;
beforeAll(async () => {
  if (!hasBubblewrap) return;
  const { outputFiles } = await build({
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    minify: true,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('file:///');" },
    stdin: { contents: PROGRAM, resolveDir: import.meta.dirname },
  });
  code = `require('node:fs').writeFileSync('/tmp/server.mjs', ${JSON.stringify(outputFiles[0]?.text ?? '')});
    exports.default = { stdio: { args: ['/tmp/server.mjs'], env: { GREETING: 'hello' } } };`;
  given = await givenHost();
});
afterAll(() => given?.close());

interface Call {
  readonly tool: string;
  readonly args?: JsonObject;
  readonly more?: JsonObject;
  readonly userId?: string;
  readonly signal?: AbortSignal;
  readonly seen?: InvocationNotification[];
}
function call({ tool, args = {}, more = {}, userId = 'psn_1', signal, seen }: Call): Promise<InvocationOutcome> {
  const invocation = given.invocation({ code, codeGeneration: true, params: { name: tool, arguments: args, ...more } });
  const user = { id: userId, email: null, name: null };
  const context = { ...invocation.context, user, capabilities: { elicitation: {} }, logLevel: 'warning' };
  return given.client.invoke({ ...invocation, context }, { signal, onNotification: (one) => seen?.push(one) });
}

function answerTo(outcome: InvocationOutcome, response: JsonObject): JsonObject {
  if (outcome.kind !== 'input_required') throw new Error(`no question: ${JSON.stringify(outcome)}`);
  const names = Object.keys(outcome.result.inputRequests as JsonObject);
  const inputResponses = Object.fromEntries(names.map((name) => [name, response]));
  return { requestState: outcome.result.requestState ?? null, inputResponses };
}
const ACCEPT = { action: 'accept', content: { name: 'Ada' } };

describe('a server that is a process of its own', () => {
  it('a stdio server requests no input while several calls could be meant', async () => {
    const hangUp = new AbortController();
    const other = call({ tool: 'wait', userId: 'psn_2', signal: hangUp.signal }).catch(() => null);
    await waitFor(() => given.logs.some(({ text }) => text === 'waiting'));
    const outcome = await call({ tool: 'ask' });
    expect(outcome).toMatchObject({ kind: 'complete', result: { isError: true } });
    expect(JSON.stringify(outcome)).toContain('it is not known which of several');
    hangUp.abort();
    await other;
    // The cancellation reached the other one's signal.
    await waitFor(() => given.logs.some(({ text }) => text === 'was aborted'));
  });

  it('a stdio server sees nothing of the sandbox but what it was given', async () => {
    const [env, uid] = JSON.parse(textOf(await call({ tool: 'where' })));
    expect(env).toEqual({ GREETING: 'hello' });
    expect(uid).toBe(1000);
  });

  it('a stdio server answers, and continues with the answer to its input request', async () => {
    expect(textOf(await call({ tool: 'echo', args: { text: 'hi' } }))).toBe('hi');
    const seen: InvocationNotification[] = [];
    const more = answerTo(await call({ tool: 'ask' }), ACCEPT);
    expect(textOf(await call({ tool: 'ask', more, seen }))).toBe('accept Ada');
    expect(seen.map(({ method, params }) => [method, params.data ?? params.progress])).toEqual([
      ['notifications/message', 'loud'],
      ['notifications/progress', 1],
    ]);
  });

  it('logs a line of a stdio server that is no message, and does not take it for an answer', async () => {
    expect(textOf(await call({ tool: 'chat' }))).toBe('chatted');
    await waitFor(() => given.logs.some(({ text }) => text === 'not JSON at all'));
  });

  it('a stdio server that ends also ends its sandbox, and restarts with the next call', async () => {
    await expect(call({ tool: 'die' })).rejects.toMatchObject({ code: 'sandbox.crashed' });
    expect(given.logs.some(({ text }) => text === 'The server process ended (3).')).toBe(true);
    expect(textOf(await call({ tool: 'echo', args: { text: 'again' } }))).toBe('again');
  });
});
