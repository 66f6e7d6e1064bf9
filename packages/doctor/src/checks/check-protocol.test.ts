import { describe, expect, it } from 'vitest';
import { LEGACY, MODERN, type RpcAnswer } from '../wire/rpc.ts';
import { checkCall, checkDiscover, checkInitialize, checkList, checkSession, checkTools } from './check-protocol.ts';

const answer = (
  status: number,
  message: RpcAnswer['message'] = null,
  headers: Record<string, string> = {},
  ended = true,
): RpcAnswer => ({
  exchange: {
    method: 'POST',
    url: 'https://mcp.example/mcp',
    status,
    headers: new Headers({ 'content-type': 'application/json', ...headers }),
    text: '',
    ms: 1,
    ended,
  },
  message,
});
const STREAM = { 'content-type': 'text/event-stream' };
const unknownMethod = { error: { code: -32601 } };
const rules = (findings: readonly { rule: string }[]) => findings.map(({ rule }) => rule);

describe('server/discover', () => {
  const result = { supportedVersions: [MODERN], capabilities: {} };
  it.each([
    ['its result', answer(200, { result }), []],
    ['401', answer(401), ['discover.refused']],
    ['an unknown method', answer(200, unknownMethod), ['discover.legacy-only']],
    ['a missing session', answer(400, { error: { code: -32000 } }), ['discover.legacy-only']],
    ['a server error', answer(500), ['discover.server-error']],
    ['a page', answer(200), ['discover.server-error']],
    ['other versions', answer(200, { result: { ...result, supportedVersions: ['2025-11-25'] } }), ['discover.invalid']],
    ['a stream that stays open', answer(200, { result }, STREAM, false), ['lists.stream']],
  ])('that answers with %s is judged so', (_what, given, expected) => {
    expect(rules(checkDiscover(given))).toEqual(expected);
  });
});

describe('initialize', () => {
  const result = { protocolVersion: LEGACY, capabilities: {}, serverInfo: { name: 'a' } };
  it.each([
    ['its result', answer(200, { result }, { 'mcp-session-id': 'abc' }), []],
    ['403', answer(403), ['initialize.refused']],
    ['a server error', answer(503), ['initialize.server-error']],
    ['no JSON-RPC', answer(200), ['initialize.server-error']],
    ['half a result', answer(200, { result: { capabilities: {} } }), ['initialize.invalid']],
    ['a session id with a space', answer(200, { result }, { 'mcp-session-id': 'a b' }), ['initialize.session-id']],
  ])('that answers with %s is judged so', (_what, given, expected) => {
    expect(rules(checkInitialize(given))).toEqual(expected);
  });
});

describe('a list', () => {
  const of = (given: RpcAnswer, rest = {}) => ({
    ...given,
    method: 'tools/list',
    isDeclared: true,
    isFirstOfSession: false,
    ...rest,
  });
  it.each([
    ['its tools', of(answer(200, { result: { tools: [] } })), LEGACY, []],
    ['no list', of(answer(200, { result: {} })), LEGACY, ['lists.invalid']],
    ['an unknown method that was not declared', of(answer(200, unknownMethod), { isDeclared: false }), LEGACY, []],
    ['404 for it in 2026', of(answer(404, unknownMethod), { isDeclared: false }), MODERN, []],
    ['404 for it in 2025', of(answer(404, unknownMethod), { isDeclared: false }), LEGACY, ['lists.status']],
    ['404 in a new session', of(answer(404), { isFirstOfSession: true }), LEGACY, ['lists.session']],
    ['a server error', of(answer(500)), LEGACY, ['lists.status']],
    ['a stream that stays open', of(answer(200, { result: { tools: [] } }, STREAM, false)), LEGACY, ['lists.stream']],
  ] as const)('answered with %s is judged so', (_what, given, revision, expected) => {
    expect(rules(checkList(given, revision))).toEqual(expected);
  });
});

describe('a call and a session', () => {
  it('are judged by what came back', () => {
    expect(checkCall(answer(200, { result: { content: [] } }), 'look')).toEqual([]);
    expect(rules(checkCall(answer(200, { result: { isError: true } }), 'look'))).toEqual(['call.error-result']);
    expect(rules(checkCall(answer(200, { error: { code: 1 } }), 'look'))).toEqual(['call.failed']);
    const { exchange: ok } = answer(200);
    const { exchange: none } = answer(404);
    const { exchange: broken } = answer(500);
    expect(checkSession({ get: ok, unknown: none, remove: ok })).toEqual([]);
    expect(checkSession({ get: answer(405).exchange, unknown: null, remove: null })).toEqual([]);
    expect(checkSession({ get: answer(400).exchange, unknown: null, remove: null })).toEqual([]);
    expect(rules(checkSession({ get: broken, unknown: ok, remove: broken }))).toEqual([
      'session.get',
      'session.unknown',
      'session.delete',
    ]);
    expect(rules(checkSession({ get: ok, unknown: answer(400).exchange, remove: null }))).toEqual([
      'session.unknown-status',
    ]);
  });
});

describe('tools', () => {
  const tool = { name: 'look', title: 'Look', annotations: { readOnlyHint: true } };
  it('are judged by the rules of the directory', () => {
    expect(checkTools([tool, { name: 'a', annotations: { title: 'A', destructiveHint: false } }])).toEqual([]);
    expect(rules(checkTools([{ ...tool, name: 'x'.repeat(65) }]))).toEqual(['directory.name']);
    expect(rules(checkTools([{ name: 'a' }]))).toEqual(['directory.title', 'directory.hints']);
  });
});
