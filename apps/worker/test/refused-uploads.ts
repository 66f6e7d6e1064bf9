/** Uploads that no deploy accepts. Their sources are texts because most of them must not compile, load or pass a check. */
import { type Files, greeter } from './given-deploys.ts';

/** A server of the SDK whose body registers tools. */
export const server = (body: string) => ({
  'src/index.ts': `
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
export default () => {
  const server = new McpServer({ name: 'guest', version: '1.0.0' });
  ${body}
  return server;
};`,
  'package.json': JSON.stringify({ dependencies: { '@modelcontextprotocol/server': '^2.4.0', zod: '^4.0.0' } }),
});
/** A tool of this name. */
const named = (name: string) =>
  `server.registerTool('${name}', { title: 'T', description: 'd', inputSchema: z.object({}), annotations: { readOnlyHint: true } }, async () => ({ content: [] }));`;
/** A tool that takes what the schema, code of zod, allows. */
export const withSchema = (schema: string) =>
  `server.registerTool('t', { title: 'T', description: 'd', inputSchema: ${schema}, annotations: { readOnlyHint: true } }, async () => ({ content: [] }));`;

/** A connector whose one tool shows this page. */
const showing = (ui: string): Files => ({
  'src/index.ts': `
import { appTool, defineConnector } from '@patchbay/connector';
export default defineConnector({ name: 'greeter', tools: {
  show: appTool({ title: 'Show', description: 'Shows.', readOnly: true, ui: ${ui}, run: () => 'shown' }) } });`,
});

/** The fault, the upload, the code that the deploy ends with, and what its message names. */
export const REFUSED_UPLOADS: readonly (readonly [string, Files, string, RegExp])[] = [
  ['a source without package.json', { 'index.ts': '' }, 'source.no_package_json', /package\.json/],
  [
    'a type error',
    greeter({ 'src/more.ts': '', 'src/index.ts': 'const n: number = "x";\nexport default n;' }),
    'deploy.type_error',
    /src\/index\.ts:1:7/,
  ],
  ['a syntax error', greeter({ 'src/index.ts': 'export default {{;' }), 'deploy.syntax_error', /src\/index\.ts:1/],
  [
    'an import that does not resolve',
    greeter({ 'src/index.ts': "import './gone.ts';" }),
    'deploy.import_not_found',
    /gone/,
  ],
  [
    'a connector that throws at start',
    greeter({ 'src/index.ts': "\nthrow new Error('no way');" }),
    'deploy.start_failed',
    /src\/index\.ts:2: .*no way/,
  ],
  [
    'a connector that ends its process at start',
    greeter({ 'src/index.ts': 'process.exit(0);' }),
    'deploy.start_exited',
    /./,
  ],
  [
    'a connector that uses eval at start',
    greeter({ 'src/index.ts': "new Function('return 1')();" }),
    'deploy.code_generation_needed',
    /Code generation/,
  ],
  [
    'a page that is too large',
    greeter({ 'src/ui/big.html': `<!doctype html><p>${'x'.repeat(2.5 * 1024 * 1024)}` }),
    'deploy.page_too_large',
    /big has 2\.\d MB/,
  ],
  ['a page that is not there', greeter(showing("'gone'")), 'deploy.start_failed', /src\/ui\/gone\.html/],
  [
    'a page that asks for every origin',
    greeter({ ...showing("{ page: 'map', csp: { connectDomains: ['*'] } }"), 'src/ui/map.html': '<p>Map</p>' }),
    'deploy.findings',
    /ui:\/\/greeter\/map\.html: .*connectDomains/,
  ],
  ['a connector that hangs at start', greeter({ 'src/index.ts': 'for (;;) {}' }), 'deploy.start_timeout', /./],
  ['a connector that registers nothing', server(''), 'deploy.no_tools', /./],
  [
    'a tool named like the platform’s own',
    server(named('patchbay_search')),
    'deploy.findings',
    /patchbay_search: Names that start with _ or patchbay_, /,
  ],
  ['two tools of one name', server(named('twice') + named('twice')), 'deploy.duplicate_tool', /twice/],
  [
    'an exponential pattern',
    server(withSchema('z.object({ q: z.string().regex(/^(a+)+$/) })')),
    'deploy.schema_pattern_unsafe',
    /tools\.t\.inputSchema\.properties\.q\.pattern/,
  ],
  [
    'a pattern that is quadratic',
    server(withSchema('z.object({ q: z.string().regex(/[a-z]+$/) })')),
    'deploy.schema_pattern_unsafe',
    /tools\.t\.inputSchema\.properties\.q\.pattern: .* polynomial of degree 2/,
  ],
  [
    'a pattern that is none',
    server(withSchema("z.object({ q: z.string().meta({ pattern: '(' }) })")),
    'deploy.schema_invalid',
    /tools\.t\.inputSchema\.properties\.q\.pattern is not a regular expression/,
  ],
  [
    'a schema with a reference to the network',
    server(withSchema("z.object({ q: z.string().meta({ $ref: 'https://evil.example/s.json' }) })")),
    'deploy.schema_network_reference',
    /tools\.t\.inputSchema/,
  ],
  [
    'a schema that is too large',
    server(withSchema("z.object({ q: z.string().describe('x'.repeat(70000)) })")),
    'deploy.schema_invalid',
    /tools\.t\.inputSchema/,
  ],
  ['a reserved tool name', server(named('a__b')), 'deploy.findings', /a__b/],
  [
    'tools that differ from start to start',
    server(
      "server.registerTool('t' + Math.random().toString(36).slice(2), { description: 'd', inputSchema: z.object({}) }, async () => ({ content: [] }));",
    ),
    'deploy.manifest_unstable',
    /tools\./,
  ],
  [
    'a git dependency',
    greeter({ 'package.json': '{"dependencies":{"x":"github:a/b"}}' }),
    'source.dependency_not_allowed',
    /package\.json:1: x is asked for/,
  ],
  ['a yarn lockfile', greeter({ 'yarn.lock': '' }), 'source.lockfile_not_supported', /yarn\.lock/],
  [
    'a package.json in UTF-16',
    greeter({ 'package.json': Buffer.from('\ufeff{ "name": "greeter" }', 'utf16le') }),
    'source.bad_package_json',
    /package\.json:1: is UTF-16/,
  ],
  [
    'a package.json with a NUL',
    greeter({ 'package.json': Buffer.from('{\n  "name": "gr\0eeter" }') }),
    'source.bad_package_json',
    /package\.json:2: .*NUL/,
  ],
  [
    'a NUL in a range',
    greeter({ 'package.json': JSON.stringify({ dependencies: { a: '^1.0.0\0' } }) }),
    'source.bad_package_json',
    /package\.json:1: dependencies\.a holds a NUL/,
  ],
  [
    'a lockfile that is not UTF-8',
    greeter({ 'package-lock.json': Buffer.from([0x7b, 0x22, 0xff, 0x22]) }),
    'source.bad_lockfile',
    /package-lock\.json:1: is not UTF-8/,
  ],
  [
    'a NUL in the description of a tool',
    server(named('t').replace("description: 'd'", "description: 'a\\0b'")),
    'deploy.manifest_invalid',
    /^tools\.t\.description: holds a NUL/,
  ],
  [
    'half of a surrogate pair in the title of a tool',
    server(named('t').replace("title: 'T'", "title: '\\ud800'")),
    'deploy.manifest_invalid',
    /^tools\.t\.title: holds half of a surrogate pair/,
  ],
  [
    'a NUL in the description of a parameter',
    server(withSchema("z.object({ q: z.string().describe('a\\0b') })")),
    'deploy.manifest_invalid',
    /^tools\.t\.inputSchema\.properties\.q\.description: holds a NUL/,
  ],
  [
    'a NUL in what a page asks for',
    greeter({
      ...showing("{ page: 'map', csp: { connectDomains: ['https://a\\0.example'] } }"),
      'src/ui/map.html': '<p>Map</p>',
    }),
    'deploy.manifest_invalid',
    /NUL/,
  ],
  [
    'a start that fails with a NUL in its message',
    greeter({ 'src/index.ts': "throw new Error('no\\0way \\ud800');" }),
    'deploy.start_failed',
    /no\\u\{0\}way \\u\{d800\}/,
  ],
];
