import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CONNECTOR_BRAND, defineConnector, prompt, resource, tool } from './index.ts';
import { callTool, listTools, openSession } from './testing.ts';

const hello = tool({ description: 'Greets.', readOnly: true, run: () => 'hello' });

const desk = defineConnector({
  name: 'desk',
  title: 'Desk',
  instructions: 'Look up before you change.',
  egress: ['api.example.com', 'db.example.com:5432', { host: '*.Example.org', tunnel: true }],
  secrets: { API_KEY: { description: 'From the settings page.' } },
  tools: {
    greet: tool({
      title: 'Greet',
      description: 'Greets a person.',
      readOnly: true,
      input: z.object({ name: z.string(), times: z.number().int().default(1) }),
      output: z.object({ greeting: z.string() }),
      run: ({ name, times }) => ({ greeting: `Hello, ${name}!`.repeat(times) }),
    }),
    remove: tool({
      description: 'Removes.',
      destructive: true,
      idempotent: true,
      openWorld: false,
      run: () => {
        throw new Error('Nothing to remove.');
      },
    }),
    wrong: tool({
      description: 'Answers what it does not declare.',
      readOnly: true,
      output: z.object({ n: z.number() }),
      // An author without a type checker can return anything.
      run: () => ({ n: 'text' }) as never,
    }),
    who: tool({ description: 'Returns who calls.', readOnly: true, run: (_, { user }) => user?.email ?? 'nobody' }),
    key: tool({ description: 'Uses the key.', readOnly: true, run: (_, { secret }) => secret('API_KEY') }),
    page: tool({
      description: 'Reads a page.',
      readOnly: true,
      run: async (_, { fetch }) => (await fetch('https://api.example.com/')).text(),
    }),
    rate: tool({
      description: 'Reads a rate, once.',
      readOnly: true,
      run: (_, { cache }) => cache.getOrLoad('rate', () => Math.random(), { ttlMs: 1000, scope: 'shared' }),
    }),
    say: tool({
      description: 'Logs.',
      destructive: false,
      run: (_, { log }) => {
        log.warn('careful', { left: 1 });
        return 'said';
      },
    }),
  },
  resources: {
    all: resource({ uri: 'desk://all', read: () => ({ orders: [1] }) }),
    one: resource({
      uri: 'desk://orders/{id}',
      list: () => [{ uri: 'desk://orders/1', name: 'Order 1' }],
      read: ({ id }) => `order ${id}`,
    }),
    logo: resource({ uri: 'desk://logo', mimeType: 'image/png', read: () => new Uint8Array([1, 2]) }),
  },
  prompts: {
    plan: prompt({
      description: 'Plans.',
      arguments: z.object({ city: z.string(), days: z.coerce.number().default(3) }),
      complete: { city: (typed) => ['Bern', 'Berlin', 'Rome'].filter((city) => city.startsWith(typed)) },
      render: ({ city, days }) => `Plan ${days} days in ${city}.`,
    }),
  },
});

describe('defineConnector', () => {
  it.each([
    ['a name with capitals', () => defineConnector({ name: 'Desk', tools: { hello } }), 'name: "Desk"'],
    ['a tool name with a space', () => defineConnector({ name: 'a', tools: { 'say hello': hello } }), 'say hello'],
    ['a tool that is a plain object', () => defineConnector({ name: 'a', tools: { x: {} as never } }), 'tools.x'],
    [
      'a database that is a tunnel',
      () => defineConnector({ name: 'a', tools: {}, egress: [{ host: 'x.com', kind: 'postgres', tunnel: true }] }),
      'no tunnel',
    ],
    ['an egress URL', () => defineConnector({ name: 'a', tools: {}, egress: ['https://x.com'] }), 'https://x.com'],
    ['a URL for links', () => defineConnector({ name: 'a', tools: {}, linkHosts: ['https://x.com'] }), 'https://x.com'],
    [
      'a read that is not method and path',
      () => defineConnector({ name: 'a', tools: {}, egress: [{ host: 'x.com', reads: ['DELETE /x'] }] }),
      'DELETE /x',
    ],
    ['a port beyond the last', () => defineConnector({ name: 'a', tools: {}, egress: ['x.com:70000'] }), 'x.com:70000'],
    [
      'a secret in small letters',
      () => defineConnector({ name: 'a', tools: {}, secrets: { key: { description: '' } } }),
      'API_KEY',
    ],
    [
      'a tool that needs an undeclared scope',
      () => {
        const x = tool({ description: '', readOnly: true, scopes: ['y'], run: () => '' });
        return defineConnector({ name: 'a', tools: { x }, scopes: { z: 'Z' } });
      },
      'tools.x.scopes: "y"',
    ],
    ['a tool without an effect', () => tool({ description: '', run: () => '' } as never), 'exactly one of'],
    [
      'a tool with two effects',
      () => tool({ description: '', readOnly: true, destructive: true, run: () => '' } as never),
      'exactly one of',
    ],
  ])('refuses to define %s', (_, define, message) => {
    expect(define).toThrow(message);
  });

  it('refuses a suggestion for an argument that a prompt does not have', () => {
    const plan = prompt({ description: '', complete: { city: () => [] } as never, render: () => '' });
    expect(() => defineConnector({ name: 'a', tools: {}, prompts: { plan } }).createServer()).toThrow('complete.city');
  });

  it('a connector carries the brand of every copy of this package, and its egress rules in full', () => {
    expect(CONNECTOR_BRAND).toBe(Symbol.for('patchbay.connector'));
    expect(desk[CONNECTOR_BRAND]).toBe(1);
    expect(desk.manifest.egress).toEqual([
      { host: 'api.example.com', port: 443 },
      { host: 'db.example.com', port: 5432 },
      { host: '*.example.org', port: 443, tunnel: true },
    ]);
  });

  it('records the requests of a host that only read, and a provider’s host that is asked without an account', () => {
    const egress = [{ host: 'x.com', reads: ['POST /v1/*/query'], anonymous: true }];
    expect(defineConnector({ name: 'a', tools: {}, egress }).manifest.egress).toEqual([
      { host: 'x.com', port: 443, anonymous: true, reads: [{ method: 'POST', path: '/v1/*/query' }] },
    ]);
  });

  it('a connector lists its tools with schemas and annotations', async () => {
    const tools = Object.fromEntries((await listTools(desk)).map((one) => [one.name, one]));
    expect(tools.greet).toMatchObject({
      title: 'Greet',
      inputSchema: { type: 'object', required: ['name'], properties: { times: { default: 1 } } },
      outputSchema: { type: 'object' },
      annotations: { readOnlyHint: true },
    });
    expect(tools.remove?.annotations).toEqual({
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    });
  });
});

describe('the testing entry', () => {
  it('a tool returns an error that names the argument that does not fit its schema', async () => {
    const result = await callTool(desk, 'greet', { name: 7 });
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining('name') });
  });

  it('a thrown error becomes an error result with its message, and is logged', async () => {
    const session = openSession(desk);
    expect(await session.callTool('remove')).toMatchObject({ isError: true, text: 'Nothing to remove.' });
    expect(session.log[0]).toMatchObject({ level: 'error', text: expect.stringContaining('Nothing to remove.') });
  });

  it('an answer of a tool that does not fit the output schema is an error', async () => {
    expect(await callTool(desk, 'wrong')).toMatchObject({ isError: true });
  });

  it('the testing entry refuses the network unless the test passes a fetch function', async () => {
    expect(await callTool(desk, 'page')).toMatchObject({ isError: true, text: expect.stringContaining('no network') });
    const fetch = async () => new Response('a page');
    expect((await callTool(desk, 'page', {}, { fetch })).text).toBe('a page');
  });

  it('a tool without its secret explains how the secret is set', async () => {
    expect((await callTool(desk, 'key')).text).toContain('patchbay secrets set API_KEY');
    expect((await callTool(desk, 'key', {}, { secrets: { API_KEY: 'k' } })).text).toBe('k');
  });

  it('a call fills in defaults of arguments and returns a structured result', async () => {
    const result = await callTool(desk, 'greet', { name: 'Ada' });
    expect(result.structuredContent).toEqual({ greeting: 'Hello, Ada!' });
  });

  it('a tool is called as the person that the test names, or without a person', async () => {
    expect((await callTool(desk, 'who', {}, { user: { email: 'bob@example.com' } })).text).toBe('bob@example.com');
    expect((await callTool(desk, 'who', {}, { user: null })).text).toBe('nobody');
  });

  it('a session of the testing entry keeps its own cache and shares it with no other', async () => {
    const session = openSession(desk);
    const first = await session.callTool('rate');
    expect((await session.callTool('rate')).text).toBe(first.text);
    expect((await openSession(desk).callTool('rate')).text).not.toBe(first.text);
  });

  it('a session of the testing entry collects log lines', async () => {
    const session = openSession(desk);
    await session.callTool('say');
    expect(session.log).toEqual([{ level: 'warn', text: 'careful', data: { left: 1 } }]);
  });

  it('a session reads resources, fixed and by template, and prompts with suggestions', async () => {
    const session = openSession(desk);
    expect((await session.readResource('desk://all')).contents).toEqual([
      { uri: 'desk://all', mimeType: 'application/json', text: '{"orders":[1]}' },
    ]);
    expect((await session.readResource('desk://orders/7')).contents[0]).toMatchObject({ text: 'order 7' });
    expect((await session.readResource('desk://logo')).contents[0]).toMatchObject({ blob: 'AQI=' });
    expect((await session.getPrompt('plan', { city: 'Bern' })).messages).toEqual([
      { role: 'user', content: { type: 'text', text: 'Plan 3 days in Bern.' } },
    ]);
    expect(await session.completeArgument('plan', 'city', 'Ber')).toEqual(['Bern', 'Berlin']);
  });
});
