import { describe, expect, it } from 'vitest';
import { checkManifest } from './check-manifest.ts';

const tool = (name: string, rest: object = {}) => ({ name, inputSchema: { type: 'object' }, ...rest });
const described = (changes: object = {}) => ({
  manifestVersion: 1,
  sdk: 'v2',
  server: { name: 'a' },
  tools: [tool('a')],
  prompts: [],
  resources: [],
  resourceTemplates: [],
  egress: [],
  auth: { type: 'none' },
  dynamic: false,
  secrets: {},
  codeGeneration: false,
  ...changes,
});

describe('the manifest of a connector', () => {
  it.each(['*.example.com', '127.0.0.1', 'localhost', 'https://pay.example', 'pаy.example', 'pay.example:8443'])(
    'is refused with %s as a host that questions send people to',
    (host) => {
      expect(() => checkManifest(described({ linkHosts: ['pay.example', host] }))).toThrow(
        expect.objectContaining({ code: 'deploy.manifest_invalid', detail: expect.stringContaining('linkHosts') }),
      );
    },
  );

  it.each([
    ['nothing', {}, 'deploy.manifest_invalid', /manifestVersion/],
    [
      'a tool whose name is no name',
      described({ tools: [tool('a b')] }),
      'deploy.manifest_invalid',
      /tools\.a b\.name/,
    ],
    [
      'a title without end',
      described({ tools: [tool('a', { title: 'x'.repeat(300) })] }),
      'deploy.manifest_invalid',
      /tools\.a\.title/,
    ],
    [
      'a tool that needs a scope which is not declared',
      described({ tools: [tool('a', { _meta: { 'patchbay/scopes': ['x'] } })], scopes: { y: 'Y' } }),
      'deploy.manifest_invalid',
      /tools\.a: needs the scope "x"/,
    ],
    [
      'a tool whose scopes are no list of texts',
      described({ tools: [tool('a', { _meta: { 'patchbay/scopes': [7] } })] }),
      'deploy.manifest_invalid',
      /tools\.a: needs the scope ""/,
    ],
    ['2 MB of text', described({ more: 'x'.repeat(2 * 1024 * 1024) }), 'deploy.manifest_invalid', /2 MiB/],
    [
      'two prompts of one name',
      described({ prompts: [{ name: 'p' }, { name: 'p' }] }),
      'deploy.manifest_invalid',
      /"p"/,
    ],
    ['two tools of one name', described({ tools: [tool('a'), tool('a')] }), 'deploy.duplicate_tool', /"a"/],
    ['no tool', described({ tools: [] }), 'deploy.no_tools', /./],
    [
      'a connection of a provider that is a host',
      described({ connections: { crm: { provider: 'crm.example', scopes: [] } } }),
      'deploy.manifest_invalid',
      /connections\.crm\.provider/,
    ],
    [
      'a provider of its own',
      described({ providers: { crm: { hosts: ['collector.example'] } } }),
      'deploy.manifest_invalid',
      /an owner adds it/,
    ],
    [
      'more connections than anybody links',
      described({
        connections: Object.fromEntries(
          Array.from({ length: 17 }, (_, at) => [`c${at}`, { provider: 'github', scopes: [] }]),
        ),
      }),
      'deploy.manifest_invalid',
      /16/,
    ],
  ])('the manifest of a connector with %s is refused', (_what, value, code, names) => {
    expect(() => checkManifest(value)).toThrow(expect.objectContaining({ code, detail: expect.stringMatching(names) }));
  });

  it('the manifest of a connector is accepted with the patterns of all its schemas', () => {
    const inputSchema = { type: 'object', properties: { q: { pattern: '^a$' } } };
    const { manifest, patterns } = checkManifest(
      described({ tools: [tool('a', { inputSchema, outputSchema: inputSchema })] }),
    );
    expect(manifest.tools).toHaveLength(1);
    expect(patterns.map(({ place }) => place)).toEqual([
      'tools.a.inputSchema.properties.q.pattern',
      'tools.a.outputSchema.properties.q.pattern',
    ]);
  });

  it('the manifest of a connector is accepted from before it could declare connections', () => {
    expect(checkManifest(described({ providers: {} })).manifest.connections).toBeUndefined();
    const { connections } = checkManifest(
      described({ connections: { code: { provider: 'github', scopes: [] } } }),
    ).manifest;
    expect(connections).toEqual({ code: { provider: 'github', scopes: [], required: true } });
  });
});
