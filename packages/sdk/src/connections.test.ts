import { describe, expect, it } from 'vitest';
import { type ConnectorDefinition, defineConnector, tool } from './index.ts';
import { callTool, listTools } from './testing.ts';

const hello = tool({ description: 'Greets.', readOnly: true, run: () => 'hello' });
const define = (definition: Partial<ConnectorDefinition>) =>
  defineConnector({ name: 'desk', tools: { hello }, ...definition });
const using = (uses: object) => tool({ description: '', readOnly: true, uses: uses as never, run: () => '' });

/** Answers with the reference that a request was sent with, and redirects to the address in the parameter `to`. */
const echo: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : String(input));
  const sentAs = new Headers(init?.headers).get('patchbay-credential') ?? 'nobody';
  const target = url.searchParams.get('to');
  if (target !== null) return new Response(null, { status: 302, headers: { location: target } });
  return new Response(`${url.hostname} as ${sentAs}`);
};

const fetching = (url: string, choice: object = {}) =>
  define({
    connections: { github: {}, work: { provider: 'github' } },
    tools: {
      run: tool({
        description: '',
        readOnly: true,
        run: async (_, { fetch }) => (await fetch(url, choice)).text(),
      }),
    },
  });
const hosts = ['api.github.com'];
const request = async (url: string, choice: object, connections: readonly object[]) =>
  (await callTool(fetching(url, choice), 'run', {}, { fetch: echo, connections: connections as never })).text;

describe('declared connections', () => {
  it.each([
    ['a name in capitals', () => define({ connections: { GitHub: {} } }), 'lower-case letter'],
    ['a provider that is a URL', () => define({ connections: { a: { provider: 'https://x' } } }), 'id of a provider'],
    ['a scope with a space', () => define({ connections: { github: { scopes: ['a b'] } } }), 'is not a scope'],
    ['a provider of its own', () => define({ providers: { own: {} } } as never), 'An owner adds it'],
    [
      'one connection twice',
      () => define({ auth: { type: 'oauth2', provider: 'github' }, connections: { github: {} } }),
      'auth declares it as well',
    ],
    [
      'a tool that uses an undeclared connection',
      () => define({ tools: { run: using({ slack: {} }) } }),
      'tools.run.uses: "slack" is not declared',
    ],
    [
      'a tool that uses an undeclared scope',
      () => define({ connections: { github: {} }, tools: { run: using({ github: { scopes: ['repo'] } }) } }),
      'add the scope "repo" to connections.github',
    ],
  ])('refuses to define a connector with %s', (_what, attempt, message) => {
    expect(attempt).toThrow(message);
  });

  it('records a connection in full, and auth as a connection with the name of its provider', () => {
    const { manifest } = define({
      auth: { type: 'oauth2', provider: 'slack', scopes: ['chat:write'] },
      connections: { code: { provider: 'github', required: false, description: 'Reads issues.' } },
    });
    expect(manifest.connections).toEqual({
      slack: { provider: 'slack', scopes: ['chat:write'], required: true, description: undefined },
      code: { provider: 'github', scopes: [], required: false, description: 'Reads issues.' },
    });
  });

  it('records the connections that a tool uses beside its deadline', async () => {
    const uses = { github: { scopes: ['repo'] } };
    const run = tool({ description: '', readOnly: true, timeoutMs: 2_000, uses, run: () => '' });
    const [listed] = await listTools(define({ connections: { github: { scopes: ['repo'] } }, tools: { run } }));
    expect(listed?._meta).toEqual({ 'patchbay/timeoutMs': 2_000, 'patchbay/uses': uses });
  });
});

describe('context.fetch', () => {
  it('refuses a request that could be sent with several accounts, and names them', async () => {
    const accounts = [
      { name: 'github', account: 'ada', hosts },
      { name: 'github', account: 'ada-at-work', hosts },
    ];
    const text = await request('https://api.github.com/', {}, accounts);
    expect(text).toContain('ada, ada-at-work');
    expect(text).toContain('{ account:');
  });

  it('refuses an account that the host does not have', async () => {
    const accounts = [{ name: 'github', account: 'ada', hosts }];
    expect(await request('https://api.github.com/', { account: 'bob' }, accounts)).toContain('no account "bob"');
    expect(await request('https://other.example/', { account: 'ada' }, accounts)).toContain('It has: none');
  });

  it('sends no account to a host that is not one of its own, or over http', async () => {
    const accounts = [{ name: 'github', hosts }];
    expect(await request('https://other.example/', {}, accounts)).toBe('other.example as nobody');
    expect(await request('http://api.github.com/', {}, accounts)).toBe('api.github.com as nobody');
  });

  it('a redirect to another host goes there without the account', async () => {
    const accounts = [{ name: 'github', hosts }];
    const away = 'https://api.github.com/?to=https%3A%2F%2Fother.example%2F';
    expect(await request(away, {}, accounts)).toBe('other.example as nobody');
    expect(await request('https://api.github.com/?to=%2Fnext', {}, accounts)).toBe('api.github.com as github ada');
  });

  it('sends the account that the request names, or else the default one', async () => {
    const accounts = [
      { name: 'github', account: 'ada', hosts, isDefault: true },
      { name: 'github', account: 'ada-at-work', hosts },
    ];
    expect(await request('https://api.github.com/', {}, accounts)).toBe('api.github.com as github ada');
    const chosen = { account: 'ada-at-work' };
    expect(await request('https://api.github.com/', chosen, accounts)).toBe('api.github.com as github ada-at-work');
  });

  it('sends the connection that the request names where two are of one provider', async () => {
    const accounts = [
      { name: 'github', account: 'ada', hosts },
      { name: 'work', account: 'bot', hosts },
    ];
    const chosen = { connection: 'work' };
    expect(await request('https://api.github.com/', chosen, accounts)).toBe('api.github.com as work bot');
  });
});
