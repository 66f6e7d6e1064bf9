import { type Answered, answers, at, changesHeader, changesJson, type Fault } from './fault.ts';

const rpcError = answers(200, { jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'broken' } });
const staysOpen = (answer: Answered) => {
  if (!String(answer.headers['content-type']).includes('event-stream')) {
    answer.body = `event: message\ndata: ${answer.body}\n\n`;
    answer.headers = { 'content-type': 'text/event-stream' };
  }
  answer.isOpen = true;
};
const inTools = (change: (tool: Record<string, unknown>) => void) =>
  changesJson((document) => {
    for (const tool of document.result?.tools ?? []) change(tool);
  });

/** With the token: MCP itself, browsers, and the directory. */
export const PROTOCOL_FAULTS: readonly Fault[] = [
  {
    name: 'the new token refused at discover',
    rule: 'discover.refused',
    at: at.rpc('server/discover'),
    change: answers(401),
  },
  { name: '500 for discover', rule: 'discover.server-error', at: at.rpc('server/discover'), change: answers(500) },
  {
    name: 'discover without versions',
    rule: 'discover.invalid',
    at: at.rpc('server/discover'),
    change: changesJson(({ result }) => {
      result.supportedVersions = undefined;
    }),
  },
  {
    name: 'the new token refused at initialize',
    rule: 'initialize.refused',
    at: at.rpc('initialize'),
    change: answers(401),
  },
  { name: 'an initialize that does not answer', rule: 'initialize.slow', at: at.rpc('initialize'), change: 'silent' },
  { name: '500 for initialize', rule: 'initialize.server-error', at: at.rpc('initialize'), change: answers(500) },
  {
    name: 'initialize without the server',
    rule: 'initialize.invalid',
    at: at.rpc('initialize'),
    change: changesJson(({ result }) => {
      result.serverInfo = undefined;
    }),
  },
  {
    name: 'a session id with a space',
    rule: 'initialize.session-id',
    at: at.rpc('initialize'),
    change: changesHeader('mcp-session-id', () => 'a b'),
  },
  {
    name: '500 for the notification',
    rule: 'initialize.notification',
    at: at.rpc('notifications/initialized'),
    change: answers(500),
  },
  {
    name: 'a session that the next request does not find',
    rule: 'lists.session',
    at: (asked) => at.mcp(asked) && asked.headers['mcp-session-id'] !== undefined,
    change: answers(404),
  },
  { name: '500 for prompts', rule: 'lists.status', at: at.rpc('prompts/list'), change: answers(500) },
  {
    name: 'tools declared and not listed',
    rule: 'lists.invalid',
    at: at.rpc('tools/list'),
    change: changesJson((document) => {
      document.result = {};
    }),
  },
  { name: 'an event stream that does not end', rule: 'lists.stream', at: at.rpc('tools/list'), change: staysOpen },
  { name: 'a call that fails', rule: 'call.failed', at: at.rpc('tools/call'), change: rpcError },
  { name: '500 for GET in a session', rule: 'session.get', at: at.getWithToken, change: answers(500) },
  {
    name: 'an unknown session answered with 503',
    rule: 'session.unknown',
    at: (asked) => at.rpc('tools/list')(asked) && /^[0-9a-f-]{36}$/.test(String(asked.headers['mcp-session-id'])),
    change: answers(503),
  },
  { name: '500 for DELETE', rule: 'session.delete', at: at.remove, change: answers(500) },
  {
    name: 'documents without CORS',
    rule: 'cors.metadata',
    at: at.resource,
    change: changesHeader('access-control-allow-origin', () => null),
  },
  { name: 'no answer to preflights', rule: 'cors.preflight', at: at.preflight, change: answers(404) },
  {
    name: 'a tool with a long name',
    rule: 'directory.name',
    at: at.rpc('tools/list'),
    change: inTools((tool) => {
      if (tool.name === 'remove') tool.name = 'remove'.repeat(11);
    }),
  },
  {
    name: 'tools without a title',
    rule: 'directory.title',
    at: at.rpc('tools/list'),
    change: inTools((tool) => {
      tool.title = undefined;
    }),
  },
  {
    name: 'a tool without hints',
    rule: 'directory.hints',
    at: at.rpc('tools/list'),
    change: inTools((tool) => {
      if (tool.name === 'remove') tool.annotations = undefined;
    }),
  },
];
