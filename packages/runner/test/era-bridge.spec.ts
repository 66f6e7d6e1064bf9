import type { InvocationNotification, InvocationOutcome, JsonObject } from '@patchbay/sandbox-protocol';
import { skipUnless, waitFor } from '@patchbay/testing';
import { type GivenHost, givenHost, hasBubblewrap, NO_BUBBLEWRAP, textOf } from '@patchbay/testing/hosts/given-host';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect } from 'vitest';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

/** A server of SDK v1 that asks its client in every way such a server can. */
const SOURCE = `
  import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
  import { ListRootsResultSchema, SubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js';
  const text = (value) => ({ content: [{ type: 'text', text: value }] });
  const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } };
  export default () => {
    const server = new McpServer({ name: 'old', version: '1.0.0' }, { capabilities: { logging: {} } });
    server.registerTool('ask', {}, async (extra) => {
      const answer = await server.server.elicitInput({ message: 'Who?', requestedSchema });
      console.log('heard ' + answer.action);
      await server.server.sendLoggingMessage({ level: 'debug', data: 'too quiet' });
      await server.server.sendLoggingMessage({ level: 'error', data: 'loud' });
      await extra.sendNotification({ method: 'notifications/progress',
        params: { progressToken: extra._meta.progressToken, progress: 1 } });
      return text(answer.action + ' ' + (answer.content?.name ?? ''));
    });
    server.registerTool('twice', {}, async () => {
      const messages = [{ role: 'user', content: { type: 'text', text: 'one' } }];
      const first = await server.server.createMessage({ messages, maxTokens: 5 });
      const second = await server.server.createMessage({ messages, maxTokens: 6 });
      return text(first.content.text + second.content.text);
    });
    server.registerTool('both', {}, async (extra) => {
      const [answer, roots] = await Promise.all([
        server.server.elicitInput({ message: 'Who?', requestedSchema }),
        extra.sendRequest({ method: 'roots/list' }, ListRootsResultSchema),
      ]);
      return text(answer.action + ' ' + roots.roots.length);
    });
    const seen = [];
    server.registerTool('wait', {}, (extra) => new Promise((resolve) => {
      seen.push('started');
      extra.signal.addEventListener('abort', () => resolve(seen.push('aborted')));
    }));
    server.registerTool('seen', {}, async () => text(seen.join(' ')));
    server.server.registerCapabilities({ resources: { subscribe: true } });
    server.registerResource('one', 'old://one', {}, async () => ({ contents: [{ uri: 'old://one', text: '1' }] }));
    server.server.setRequestHandler(SubscribeRequestSchema, async ({ params: { uri } }) => {
      if (uri === 'old://none') throw new Error('there is none');
      seen.push('follows ' + uri);
      setTimeout(() => server.server.sendResourceUpdated({ uri }), 1);
      return {};
    });
    server.registerTool('meta', {}, async (extra) => text(JSON.stringify(extra._meta)));
    return server;
  };`;

let given: GivenHost;
let code: string;
beforeAll(async () => {
  if (!hasBubblewrap) return;
  const bundled = await build({
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    minify: true,
    stdin: { contents: SOURCE, resolveDir: import.meta.dirname },
  });
  code = bundled.outputFiles[0]?.text ?? '';
  given = await givenHost();
});
afterAll(() => given?.close());

const EVERYTHING = { elicitation: {}, sampling: {}, roots: {} };

interface Round {
  readonly tool: string;
  readonly capabilities?: JsonObject;
  readonly more?: JsonObject;
  readonly userId?: string;
  readonly codeGeneration?: boolean;
}

function call(
  { tool, capabilities = EVERYTHING, more = {}, userId = 'psn_1', codeGeneration = true }: Round,
  seen?: InvocationNotification[],
) {
  const subject = codeGeneration ? '' : 'strict';
  const params = { name: tool, arguments: {}, ...more };
  const invocation = given.invocation({ code, params, codeGeneration, key: { subject } });
  const user = { id: userId, email: 'ada@example.com', name: 'Ada' };
  return given.client.invoke(
    { ...invocation, context: { ...invocation.context, user, capabilities, logLevel: 'warning' } },
    { onNotification: (notification) => seen?.push(notification) },
  );
}

/** The questions of an outcome, and what a retry must carry to answer them. */
function asked(outcome: InvocationOutcome) {
  if (outcome.kind !== 'input_required') throw new Error(`no question: ${JSON.stringify(outcome)}`);
  const questions = Object.entries(
    outcome.result.inputRequests as Record<string, { method: string; params: JsonObject }>,
  );
  const answering = (answers: Readonly<Record<string, JsonObject>>): JsonObject => ({
    requestState: outcome.result.requestState ?? null,
    inputResponses: Object.fromEntries(questions.map(([name, { method }]) => [name, answers[method] ?? {}])),
  });
  return { methods: questions.map(([, { method }]) => method).sort(), answering };
}

const ACCEPT = { action: 'accept', content: { name: 'Ada' } };
const sampled = (text: string) => ({ model: 'm', role: 'assistant', content: { type: 'text', text } });

describe('a server of SDK v1', () => {
  it('notifies a server of SDK v1 that its call was cancelled, and the server keeps serving', async () => {
    const caller = new AbortController();
    const invocation = given.invocation({ code, codeGeneration: true, params: { name: 'wait', arguments: {} } });
    const waiting = given.client.invoke(invocation, { signal: caller.signal });
    await waitFor(async () => textOf(await call({ tool: 'seen' })) === 'started');
    caller.abort(new Error('the caller went away'));
    await expect(waiting).rejects.toThrow('the caller went away');
    await waitFor(async () => textOf(await call({ tool: 'seen' })) === 'started aborted');
  });

  it('a server of SDK v1 finds the trace of its caller where later revisions have it', async () => {
    const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'v=1', baggage: 'user=7' };
    const invocation = given.invocation({ code, codeGeneration: true, params: { name: 'meta', arguments: {} } });
    const outcome = await given.client.invoke({ ...invocation, context: { ...invocation.context, trace } });
    expect(JSON.parse(textOf(outcome))).toMatchObject(trace);
  });
});

describe('a server of SDK v1 whose resources change', () => {
  it('subscribes a server of SDK v1 once to followed resources and delivers its notifications', async () => {
    const follow = (...uris: JsonObject[string][]) =>
      given.client.invoke(
        given.invocation({ code, codeGeneration: true, method: 'patchbay/follow', params: { uris } }),
      );
    expect(await follow('old://one', 'old://none')).toMatchObject({ kind: 'complete', result: {} });
    expect(await follow('old://one', 'old://two', 7)).toMatchObject({ kind: 'complete', result: {} });
    expect(textOf(await call({ tool: 'seen' }))).toMatch(/follows old:\/\/one follows old:\/\/two$/);
    await waitFor(() => given.events.length === 2);
    expect(given.events).toMatchObject(
      ['old://one', 'old://two'].map((uri) => ({ method: 'notifications/resources/updated', uri })),
    );
  });
});

describe('a server of SDK v1 that asks its client', () => {
  it('refuses a server of SDK v1 what the client of the call did not declare', async () => {
    const outcome = await call({ tool: 'ask', capabilities: { sampling: {} } });
    expect(outcome).toMatchObject({ kind: 'complete', result: { isError: true } });
    expect(JSON.stringify(outcome)).toContain('does not support elicitation/create');
  });

  it('a server of SDK v1 without dynamic code evaluation reports that it cannot check an answer', async () => {
    const { answering } = asked(await call({ tool: 'ask', codeGeneration: false }));
    const more = answering({ 'elicitation/create': ACCEPT });
    const outcome = await call({ tool: 'ask', more, codeGeneration: false });
    expect(outcome).toMatchObject({ kind: 'complete', result: { isError: true } });
    expect(JSON.stringify(outcome)).toContain('Code generation from strings disallowed');
  });

  it('a forged state, and one of another tool or person, does not resume a server of SDK v1', async () => {
    const { answering } = asked(await call({ tool: 'ask' }));
    const more = answering({ 'elicitation/create': ACCEPT });
    const forged = { ...more, requestState: `${String(more.requestState).slice(0, -2)}xx` };
    for (const round of [
      { tool: 'ask', more: forged },
      { tool: 'twice', more },
      { tool: 'ask', more, userId: 'psn_2' },
    ]) {
      expect(await call(round)).toMatchObject({ kind: 'complete', result: { isError: true } });
    }
    expect(textOf(await call({ tool: 'ask', more }))).toBe('accept Ada');
    expect(await call({ tool: 'ask', more })).toMatchObject({ result: { isError: true } });
  });

  it('a call that needs input becomes input_required and continues with the answer where it was', async () => {
    const first = asked(await call({ tool: 'ask' }));
    expect(first.methods).toEqual(['elicitation/create']);
    const seen: InvocationNotification[] = [];
    const more = first.answering({ 'elicitation/create': ACCEPT });
    expect(textOf(await call({ tool: 'ask', more }, seen))).toBe('accept Ada');
    expect(seen).toMatchObject([
      { method: 'notifications/message', params: { data: 'loud' } },
      { method: 'notifications/progress', params: { progress: 1 } },
    ]);
    const line = await waitFor(() => given.logs.findLast(({ text }) => text === 'heard accept'));
    expect(line.requestId).toMatch(/^req_/);
  });

  it('a server of SDK v1 can request input repeatedly, and several inputs at once', async () => {
    const first = asked(await call({ tool: 'twice' }));
    const second = asked(
      await call({ tool: 'twice', more: first.answering({ 'sampling/createMessage': sampled('a') }) }),
    );
    const last = await call({ tool: 'twice', more: second.answering({ 'sampling/createMessage': sampled('b') }) });
    expect(textOf(last)).toBe('ab');
    const both = asked(await call({ tool: 'both' }));
    expect(both.methods).toEqual(['elicitation/create', 'roots/list']);
    const more = both.answering({ 'elicitation/create': ACCEPT, 'roots/list': { roots: [{ uri: 'file:///a' }] } });
    expect(textOf(await call({ tool: 'both', more }))).toBe('accept 1');
  });
});
