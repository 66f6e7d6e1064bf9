import { answers, at, changesHeader, changesJson, type Fault, isPage } from './fault.ts';

const ROOT = '/.well-known/oauth-protected-resource';
const RESULT = { jsonrpc: '2.0', id: 1, result: { capabilities: {} } };

/** Before a person signs in. */
export const DISCOVERY_FAULTS: readonly Fault[] = [
  {
    name: 'a redirect of the endpoint',
    rule: 'reach.redirect',
    at: at.mcp,
    change: answers(308, '', { location: '/elsewhere' }),
  },
  { name: 'a gateway without a server behind it', rule: 'reach.server-error', at: at.mcp, change: answers(502) },
  { name: 'no endpoint at this path', rule: 'reach.not-found', at: at.mcp, change: answers(404) },
  {
    name: '406 for any Accept',
    rule: 'reach.accept',
    at: (asked) => at.mcp(asked) && asked.headers.accept === '*/*',
    change: answers(406),
  },
  { name: '500 for GET', rule: 'reach.get', at: at.get, change: answers(500) },
  {
    name: 'initialize without a token answered',
    rule: 'challenge.open-initialize',
    at: (asked) => at.without(asked) && asked.rpc === 'initialize',
    change: answers(200, RESULT),
  },
  {
    name: 'discover without a token answered',
    rule: 'challenge.open-discover',
    at: (asked) => at.without(asked) && asked.rpc === 'server/discover',
    change: answers(200, RESULT),
  },
  { name: '403 without a token', rule: 'challenge.status', at: at.without, change: answers(403) },
  {
    name: 'a challenge removed by a proxy',
    rule: 'challenge.no-header',
    at: at.without,
    change: changesHeader('www-authenticate', () => null),
  },
  {
    name: 'a challenge without resource_metadata',
    rule: 'challenge.no-resource-metadata',
    at: at.without,
    change: changesHeader('www-authenticate', () => 'Bearer realm="mcp"'),
  },
  {
    name: 'a relative metadata URL',
    rule: 'challenge.relative',
    at: at.without,
    change: changesHeader('www-authenticate', (value) => value.replace(/="https?:\/\/[^/]+/, '="')),
  },
  { name: '500 for a token it does not know', rule: 'challenge.bad-token', at: at.invented, change: answers(500) },
  { name: 'no document at the path', rule: 'resource.not-found', at: at.resource, change: answers(404) },
  {
    name: 'the document at the root alone',
    rule: 'resource.path',
    at: (asked) => at.without(asked) || asked.path.startsWith(ROOT),
    change: (answer, asked) => {
      const origin = `http://${asked.headers.host}`;
      if (at.without(asked)) answer.headers['www-authenticate'] = `Bearer resource_metadata="${origin}${ROOT}"`;
      else if (asked.path !== ROOT) answers(404)(answer, asked);
      else {
        const document = { resource: `${origin}/acme/echo/mcp`, authorization_servers: [origin] };
        answers(200, document, { 'access-control-allow-origin': '*' })(answer, asked);
      }
    },
  },
  {
    name: 'a redirect of the document',
    rule: 'resource.redirect',
    at: at.resource,
    change: answers(302, '', { location: '/' }),
  },
  { name: 'a page in place of the document', rule: 'resource.not-json', at: at.resource, change: isPage },
  {
    name: 'the document as text',
    rule: 'resource.content-type',
    at: at.resource,
    change: changesHeader('content-type', () => 'text/plain'),
  },
  {
    name: 'the document of another resource',
    rule: 'resource.mismatch',
    at: at.resource,
    change: changesJson((document) => {
      document.resource += '/';
    }),
  },
  {
    name: 'the document of the whole host',
    rule: 'resource.parent',
    at: at.resource,
    change: changesJson((document) => {
      document.resource = new URL(document.resource).origin;
    }),
  },
  {
    name: 'a document without an authorization server',
    rule: 'resource.no-server',
    at: at.resource,
    change: changesJson((document) => {
      document.authorization_servers = [];
    }),
  },
  {
    name: 'a relative authorization server',
    rule: 'resource.bad-server',
    at: at.resource,
    change: changesJson((document) => {
      document.authorization_servers = ['/login'];
    }),
  },
  { name: 'no server metadata', rule: 'server.not-found', at: at.server, change: answers(404) },
  { name: 'a page in place of the server metadata', rule: 'server.not-json', at: at.server, change: isPage },
  { name: 'a server error at the first form', rule: 'server.error', at: at.firstForm, change: answers(500) },
  {
    name: 'the server metadata as text',
    rule: 'server.content-type',
    at: at.server,
    change: changesHeader('content-type', () => 'text/html'),
  },
  ...(
    [
      ['an issuer with a slash', 'server.issuer', (document) => ({ issuer: `${document.issuer}/` })],
      ['a relative token endpoint', 'server.endpoints', () => ({ token_endpoint: '/token' })],
      ['no S256', 'server.s256', () => ({ code_challenge_methods_supported: undefined })],
      ['the implicit grant alone', 'server.code', () => ({ response_types_supported: ['token'] })],
      ['no refresh grant', 'server.refresh', () => ({ grant_types_supported: ['authorization_code'] })],
      [
        'no way to register',
        'server.no-registration',
        () => ({ registration_endpoint: undefined, client_id_metadata_document_supported: undefined }),
      ],
      [
        'documents without public clients',
        'server.cimd-none',
        () => ({ token_endpoint_auth_methods_supported: ['client_secret_basic'] }),
      ],
    ] satisfies [string, string, (document: { issuer: string }) => object][]
  ).map(([name, rule, change]) => ({
    name,
    rule,
    at: at.server,
    change: changesJson((document) => {
      Object.assign(document, change(document));
    }),
  })),
  {
    name: 'forms with different endpoints',
    rule: 'server.forms-differ',
    at: at.secondForm,
    change: changesJson((document) => {
      document.token_endpoint += '2';
    }),
  },
];
