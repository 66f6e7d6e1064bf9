import type { InvocationNotification } from '@patchbay/sandbox-protocol';
import { skipUnless } from '@patchbay/testing';
import {
  type GivenHost,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect } from 'vitest';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

const CONNECTOR = `
  const { defineConnector, tool } = require('@patchbay/connector');
  const { z } = require('zod');
  exports.default = defineConnector({
    name: 'weather', title: 'Weather', egress: ['api.weather.example'],
    tools: {
      greet: tool({ title: 'Greet', description: 'Greets.', readOnly: true, input: z.object({ name: z.string() }),
        run: async ({ name }, context) => 'Hello, ' + name + ' of ' + context.organization.slug + ', ' + context.user.email }),
      fails: tool({ title: 'Fails', description: 'Fails.', readOnly: true, run: async () => { throw new Error('no such city'); } }),
      works: tool({ title: 'Works', description: 'Works.', readOnly: true, run: async (_, context) => {
        context.progress(1, 2, 'half'); context.log.info('half way'); return 'done'; } }),
    },
  });`;

/** A server of SDK v1 with its dependencies bundled, as a guest brings it. */
async function legacyConnector(): Promise<string> {
  const source = `
    import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
    import { z } from 'zod';
    export default () => {
      const server = new McpServer({ name: 'old', version: '0.9.0' });
      server.registerTool('echo', { description: 'echoes', inputSchema: { text: z.string() } }, async ({ text }) => ({ content: [{ type: 'text', text }] }));
      return server;
    };`;
  const bundled = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    minify: true,
  });
  return bundled.outputFiles[0]?.text ?? '';
}

describe('a call into a sandbox', () => {
  let given: GivenHost;
  beforeAll(async () => {
    given = await givenHost({ startMsMax: 1_500 });
  });
  afterAll(() => given.close());

  it('gives null for unknown facts of person and client, and an idempotency key for a read', async () => {
    const outcome = await given.call({
      code: toolRunning('return { user: context.user, client: context.client, key: context.idempotencyKey };'),
      context: {
        user: { id: 'psn_1', email: null, name: null },
        organization: { id: 'org_1', slug: 'acme' },
        client: { name: 'test', version: null },
        roles: [],
        groups: [],
        requestId: 'req_1',
        idempotencyKey: 'ivk_1',
        capabilities: {},
      },
    });
    expect(JSON.parse(textOf(outcome))).toEqual({
      user: { id: 'psn_1', email: null, name: null },
      client: { name: 'test', version: null },
      key: 'ivk_1',
    });
  });

  it('names the error a connector threw at start, with its own stack lines and none of the runner’s', async () => {
    const code = `function broken() { throw new TypeError('no key given'); }\nbroken();`;
    const error = await given.call({ code }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'sandbox.crashed_at_start', detail: 'TypeError: no key given' });
    expect(JSON.stringify(error)).toContain('/connector.cjs');
    expect(JSON.stringify(error)).not.toContain('/runner/');
  });

  it.each([
    ['a syntax error', 'const = 1', 'sandbox.crashed_at_start'],
    ['an import that is not there', `require('left-pad')`, 'sandbox.crashed_at_start'],
    ['process.exit at start', 'process.exit(0)', 'sandbox.exited_at_start'],
    ['an export that is no server', 'exports.default = 42', 'sandbox.no_server'],
    ['a loop at start', 'for (;;);', 'sandbox.start_timeout'],
    ['a start that never ends', 'exports.default = () => new Promise(() => {})', 'sandbox.start_timeout'],
    [
      'a rejection while it starts',
      `exports.default = async () => { throw new Error('x') }`,
      'sandbox.crashed_at_start',
    ],
  ])('a connector with %s fails its call with the matching code', async (_what, code, expected) => {
    await expect(given.call({ code })).rejects.toMatchObject({ code: expected });
  });

  it('refuses an artifact whose digest differs from the requested one', async () => {
    const invocation = given.invocation({ code: toolRunning(`return 'x'`) });
    const other = {
      ...invocation,
      artifactDigest: `sha256:${'0'.repeat(64)}`,
      key: { ...invocation.key, versionId: 'ver_other' },
    };
    const answer = given.host.invoke(other, {
      signal: new AbortController().signal,
      provision: async () => ({ artifact: Buffer.from('{}'), secrets: {} }),
      onLog: () => {},
      onNotification: () => {},
    });
    await expect(answer).rejects.toMatchObject({ code: 'sandbox.artifact_mismatch' });
  });

  it('answers an error thrown by a tool as a result with its message and without its stack', async () => {
    const outcome = await given.call({ code: CONNECTOR, tool: 'fails' });
    expect(outcome).toMatchObject({ kind: 'complete', result: { isError: true } });
    expect(JSON.stringify(outcome)).toContain('no such city');
    expect(JSON.stringify(outcome)).not.toContain('connector.cjs');
  });

  it('answers a call of an unknown tool with the error of the protocol', async () => {
    const outcome = await given.call({ code: CONNECTOR, tool: 'nothing' });
    expect(outcome.kind === 'error' || (outcome.kind === 'complete' && outcome.result.isError === true)).toBe(true);
  });

  it('serves a connector of the Patchbay SDK with the context of the caller', async () => {
    const outcome = await given.call({ code: CONNECTOR, tool: 'greet', args: { name: 'Ada' } });
    expect(textOf(outcome)).toBe('Hello, Ada of acme, ada@example.com');
  });

  it('serves a server of SDK v2 and one of SDK v1', async () => {
    expect(textOf(await given.call({ code: toolRunning('return args.text'), args: { text: 'two' } }))).toBe('two');
    expect(textOf(await given.call({ code: await legacyConnector(), tool: 'echo', args: { text: 'one' } }))).toBe(
      'one',
    );
  });

  it('describes a connector completely', async () => {
    const outcome = await given.call({ code: CONNECTOR, method: 'patchbay/describe', params: {} });
    expect(outcome).toMatchObject({
      kind: 'complete',
      result: {
        manifestVersion: 1,
        sdk: 'connector',
        server: { name: 'weather', title: 'Weather' },
        egress: [{ host: 'api.weather.example', port: 443 }],
        tools: [{ name: 'greet' }, { name: 'fails' }, { name: 'works' }],
        prompts: [],
      },
    });
  });

  it('ties progress and log lines to their invocation', async () => {
    const invocation = given.invocation({ code: CONNECTOR, tool: 'works' });
    const notifications: InvocationNotification[] = [];
    await given.client.invoke(
      { ...invocation, context: { ...invocation.context, logLevel: 'info' } },
      { onNotification: (notification) => notifications.push(notification) },
    );
    expect(notifications).toMatchObject([
      { method: 'notifications/progress', params: { progress: 1, total: 2, message: 'half' } },
      { method: 'notifications/message', params: { level: 'info' } },
    ]);
    const line = given.logs.find((record) => record.text.includes('half way'));
    expect(line).toMatchObject({ source: 'connector', level: 'info', requestId: invocation.context.requestId });
  });

  it('keeps parallel calls apart: each sees its own context', async () => {
    const code = toolRunning(`await new Promise((done) => setTimeout(done, args.ms)); return context.requestId;`);
    const calls = [30, 5, 20, 10].map((ms) => given.invocation({ code, args: { ms } }));
    const answers = await Promise.all(calls.map((call) => given.client.invoke(call)));
    expect(answers.map(textOf)).toEqual(calls.map((call) => call.context.requestId));
  });

  it('gives secrets at assignment, never by the environment, and replaces them in log lines', async () => {
    const code = toolRunning(
      `console.log('using ' + context.secrets.KEY); return [context.secrets.KEY, process.env.KEY ?? null, process.argv.join()]`,
    );
    const [secret, env, argv] = JSON.parse(textOf(await given.call({ code, secrets: { KEY: 'hunter2-hunter2' } })));
    expect([secret, env]).toEqual(['hunter2-hunter2', null]);
    expect(argv).not.toContain('hunter2');
    expect(given.logs.map((record) => record.text)).toContain('using [secret]');
  });

  it('aborts the signal of a cancelled call and keeps serving', async () => {
    const code = toolRunning(
      `if (args.ask) return String(globalThis.aborted); await new Promise((_, no) => context.signal.addEventListener('abort', () => { globalThis.aborted = true; no(new Error('aborted')); }))`,
    );
    const controller = new AbortController();
    const call = given.client.invoke(given.invocation({ code }), { signal: controller.signal });
    await given.client.invoke(given.invocation({ code, args: { ask: true } }));
    controller.abort(new Error('the caller went away'));
    await expect(call).rejects.toThrow('the caller went away');
    expect(textOf(await given.call({ code, args: { ask: true } }))).toBe('true');
  });
});
