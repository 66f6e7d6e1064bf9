/** A client whose rules are known from its vendor's pages, public reports, or its source. */
export const CLIENTS = {
  claude: 'Claude (web, desktop, mobile)',
  'claude-code': 'Claude Code',
  chatgpt: 'ChatGPT',
  sdk: 'MCP SDK clients',
  browser: 'clients in a browser (MCP Inspector)',
} as const;
export type ClientId = keyof typeof CLIENTS;
export const CLIENT_IDS = Object.keys(CLIENTS) as readonly ClientId[]; // the keys of a literal

/** Where a rule comes from. `date`: of the document or report; of its reading (`read`) where it bears none. */
export interface Source {
  readonly kind: 'specification' | 'vendor' | 'observed';
  readonly where: string;
  readonly date: string;
}

export interface Rule {
  /** `fail`: these clients do not connect, or lose the connection. `warn`: they work worse. `note`: worth knowing. */
  readonly severity: 'fail' | 'warn' | 'note';
  /** One sentence: what is wrong, and what follows for the client. */
  readonly means: string;
  readonly clients: readonly ClientId[];
  readonly fix: string;
  readonly source: Source;
}

/** Rules of one file: the first part of an id names the step in which it is checked. */
export type Rules = Readonly<Record<string, Rule>>;

/** Clients that run sign-in themselves as programs; browsers are named where CORS matters. */
export const HOSTED: readonly ClientId[] = ['claude', 'chatgpt'];
export const ANTHROPIC: readonly ClientId[] = ['claude', 'claude-code'];

const specification = (where: string, date: string): Source => ({ kind: 'specification', where, date });
const vendor = (where: string, date: string): Source => ({ kind: 'vendor', where, date });
const observed = (where: string, date: string): Source => ({ kind: 'observed', where, date });
const READ = 'read 2026-11-21';

/** Sources that several rules share. */
export const SOURCES = {
  mcpAuthorization: specification('MCP 2026-07-28, basic/authorization', '2026-07-28'),
  mcpTransport: specification('MCP 2026-07-28, basic/transports/streamable-http', '2026-07-28'),
  mcpLegacyTransport: specification('MCP 2025-11-25, basic/transports', '2025-11-25'),
  mcpLifecycle: specification('MCP 2025-11-25, basic/lifecycle', '2025-11-25'),
  mcpDiscover: specification('MCP 2026-07-28, server/discover', '2026-07-28'),
  jsonRpc: specification('JSON-RPC 2.0, section 5', '2013-01-04'),
  rfc6749code: specification('RFC 6749, section 4.1.1', '2012-10'),
  rfc6749token: specification('RFC 6749, sections 5.1 and 5.2', '2012-10'),
  rfc6750: specification('RFC 6750, section 3', '2012-10'),
  rfc7591: specification('RFC 7591, sections 3.2.1 and 3.2.2', '2015-07'),
  rfc7636: specification('RFC 7636, section 4', '2015-09'),
  rfc8252: specification('RFC 8252, section 7.3', '2017-10'),
  rfc8414: specification('RFC 8414, sections 2 and 3', '2018-06'),
  rfc8707: specification('RFC 8707, section 2', '2020-02'),
  rfc9110redirect: specification('RFC 9110, section 15.4', '2022-06'),
  rfc9207: specification('RFC 9207, section 2', '2022-03'),
  rfc9700: specification('RFC 9700, section 2.2.2', '2025-01'),
  rfc9728: specification('RFC 9728, sections 2 and 3', '2025-04'),
  rfc9728challenge: specification('RFC 9728, section 5.1', '2025-04'),
  fetchCors: specification('Fetch standard, CORS protocol', 'read 2026-11-30'),
  claudeAuthentication: vendor('claude.com/docs/connectors/building/authentication', READ),
  claudeTroubleshooting: vendor('claude.com/docs/connectors/building/troubleshooting', READ),
  claudeDirectory: vendor('claude.com/docs/connectors/building, tool design for the directory', READ),
  chatgptAuthentication: vendor('developers.openai.com/plugins/build/auth', 'read 2026-11-30'),
  openInitialize: observed('github.com/anthropics/claude-ai-mcp/issues/199, comment of Anthropic', READ),
  acceptAny: observed('github.com/anthropics/claude-ai-mcp/issues/217 and 76', READ),
  noChallenge: observed('github.com/anthropics/claude-ai-mcp/issues/410', '2026-06-07'),
  noResourceMetadata: observed('github.com/anthropics/claude-code/issues/61376', READ),
  rootOnly: observed('github.com/anthropics/claude-ai-mcp/issues/690, comment', '2026-08-21'),
  audience: observed('github.com/anthropics/claude-ai-mcp/issues/299, trace of Anthropic', READ),
  portless: observed('github.com/anthropics/claude-code/issues/37747', READ),
  callbacks: vendor('claude.com/docs/connectors/building/authentication, redirect URIs', READ),
  newClient: vendor('support.claude.com/articles/11503834', READ),
  twice: observed('github.com/anthropics/claude-ai-mcp/issues/966', READ),
  earlyRefresh: observed('github.com/sebadob/rauthy/issues/1647', READ),
  parallelRefresh: observed('github.com/PrefectHQ/fastmcp/issues/4264 and comet-ml/opik/issues/8286', READ),
  tenSeconds: observed('github.com/anthropics/claude-ai-mcp/issues/473', READ),
  undeclaredLists: observed('github.com/aipotheosis-labs/gate22/issues/90', READ),
  staleTools: observed('github.com/anthropics/claude-ai-mcp/issues/1044', READ),
  inspectorCors: observed('github.com/modelcontextprotocol/inspector/issues/817', READ),
  lostSession: observed('github.com/mcp-use/mcp-use/issues/153 and PrefectHQ/fastmcp/issues/1003', READ),
} as const;
