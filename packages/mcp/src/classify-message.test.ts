import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkMirrorHeaders, checkParamHeaders } from './check-headers.ts';
import { type Classification, classifyMessage as classify, META, type MirrorHeaders } from './classify-message.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { MODERN_REVISION, SUPPORTED_REVISIONS } from './revisions.ts';
import { RPC_CODES } from './rpc-errors.ts';

const NO_HEADERS: MirrorHeaders = { protocolVersion: undefined, method: undefined, name: undefined };
const MODERN_META: JsonObject = { [META.protocolVersion]: MODERN_REVISION, [META.clientCapabilities]: {} };
const headers = (given: Partial<MirrorHeaders>): MirrorHeaders => ({ ...NO_HEADERS, ...given });
const message = (method: string, params: JsonObject = {}, id: JsonValue = 1): JsonObject => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
});
const modern = (method: string, params: JsonObject = {}) => message(method, { ...params, _meta: MODERN_META });

const fault = (classification: Classification | null) => {
  if (classification?.kind !== 'fault') throw new Error(`no fault but ${classification?.kind}`);
  return { status: classification.httpStatus, code: classification.code, id: classification.id };
};

/** As a gateway that serves these methods gives them. */
const NAME_MEMBERS = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' };
const classifyMessage = (value: JsonValue, headers: MirrorHeaders) => classify(value, headers, NAME_MEMBERS);

describe('classifyMessage', () => {
  it.each<[string, JsonValue]>([
    ['a batch', [message('ping')]],
    ['an empty batch', []],
    ['a string', 'ping'],
    ['no jsonrpc', { id: 1, method: 'ping' }],
    ['an id of null', message('ping', {}, null)],
    ['a fractional id', message('ping', {}, 1.5)],
    ['an id that is an object', message('ping', {}, {})],
    ['parameters as a list', { jsonrpc: '2.0', id: 1, method: 'ping', params: [] }],
    ['neither request nor answer', { jsonrpc: '2.0', id: 1 }],
    ['result and error at once', { jsonrpc: '2.0', id: 1, result: {}, error: {} }],
  ])('a body is refused with 400 and -32600 for %s', (_what, value) => {
    expect(fault(classifyMessage(value, NO_HEADERS))).toMatchObject({ status: 400, code: RPC_CODES.invalidRequest });
  });

  it('refuses a modern header without its envelope with -32602, and initialize under it with -32020', () => {
    const header = headers({ protocolVersion: MODERN_REVISION });
    expect(fault(classifyMessage(message('tools/list'), header))).toEqual({
      status: 400,
      code: RPC_CODES.invalidParams,
      id: 1,
    });
    expect(fault(classifyMessage(message('initialize'), header))).toEqual({
      status: 400,
      code: RPC_CODES.headerMismatch,
      id: 1,
    });
  });

  it('refuses a modern envelope without capabilities with -32602', () => {
    const body = message('tools/list', { _meta: { [META.protocolVersion]: MODERN_REVISION } });
    expect(fault(classifyMessage(body, NO_HEADERS)).code).toBe(RPC_CODES.invalidParams);
  });

  it('refuses an unknown revision with -32022 and the list of supported ones', () => {
    const body = message('tools/list', { _meta: { ...MODERN_META, [META.protocolVersion]: '2027-01-01' } });
    const refused = classifyMessage(body, headers({ protocolVersion: '2027-01-01' }));
    expect(refused).toMatchObject({
      code: RPC_CODES.unsupportedRevision,
      data: { supported: SUPPORTED_REVISIONS, requested: '2027-01-01' },
    });
    expect(fault(classifyMessage(message('tools/list'), headers({ protocolVersion: '1999-01-01' }))).code).toBe(
      RPC_CODES.unsupportedRevision,
    );
  });

  it('refuses a header that names another revision than the body', () => {
    expect(fault(classifyMessage(modern('tools/list'), headers({ protocolVersion: '2025-11-25' }))).code).toBe(
      RPC_CODES.headerMismatch,
    );
  });

  it('refuses notifications of two revisions at once or of an unknown one, and does not answer notifications', () => {
    const notification = { jsonrpc: '2.0', method: 'notifications/x', params: { _meta: MODERN_META } };
    const answer = { jsonrpc: '2.0', id: 1, result: {} };
    const refused = (body: JsonObject, protocolVersion?: string) =>
      fault(classifyMessage(body, headers({ protocolVersion }))).code;
    expect(refused(notification, '2025-11-25')).toBe(RPC_CODES.headerMismatch);
    expect(refused({ jsonrpc: '2.0', method: 'notifications/x' }, '1999-01-01')).toBe(RPC_CODES.unsupportedRevision);
    expect(refused(answer, '1999-01-01')).toBe(RPC_CODES.unsupportedRevision);
    expect(refused(answer, MODERN_REVISION)).toBe(RPC_CODES.invalidRequest);
    expect(classifyMessage(answer, headers({ protocolVersion: '2025-11-25' }))).toMatchObject({ kind: 'response' });
  });

  it('takes a request without envelope for a legacy one, and a missing header for 2025-03-26', () => {
    expect(classifyMessage(message('tools/list'), NO_HEADERS)).toMatchObject({ era: 'legacy', revision: '2025-03-26' });
    expect(classifyMessage(message('initialize'), headers({ protocolVersion: '2099-01-01' }))).toMatchObject({
      era: 'legacy',
    });
  });

  it('takes the name of a tool or the URI of a resource from a request', () => {
    expect(classifyMessage(modern('tools/call', { name: 'echo' }), NO_HEADERS)).toMatchObject({
      era: 'modern',
      name: 'echo',
    });
    expect(classifyMessage(modern('resources/read', { uri: 'a://b' }), NO_HEADERS)).toMatchObject({ name: 'a://b' });
    expect(classifyMessage(modern('constructor', { name: 'x' }), NO_HEADERS)).toMatchObject({ name: undefined });
  });

  it('kind, method and id of a message are those of its body, or the message is refused', () => {
    const arbitrary = fc.record(
      {
        jsonrpc: fc.constantFrom<JsonValue>('2.0', '1.0', 2),
        id: fc.oneof(fc.string(), fc.integer(), fc.double(), fc.constant(null)),
        method: fc.oneof(fc.constantFrom('tools/call', 'initialize', '__proto__'), fc.jsonValue({ maxDepth: 1 })),
        params: fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constant({ name: 'a', _meta: MODERN_META })),
        result: fc.jsonValue({ maxDepth: 1 }),
      },
      { requiredKeys: [] },
    );
    const value = fc.oneof(arbitrary, fc.jsonValue({ maxDepth: 4 })) as fc.Arbitrary<JsonValue>; // values of JSON both
    const header = fc.option(fc.constantFrom(MODERN_REVISION, '2025-06-18', 'x'), { nil: undefined });
    fc.assert(
      fc.property(value, header, header, (body, protocolVersion, method) => {
        const seen = classifyMessage(body, headers({ protocolVersion, method }));
        const own = body as Record<string, JsonValue>;
        if (seen.kind === 'request') expect([seen.method, seen.id]).toEqual([own.method, own.id]);
        if (seen.kind === 'request') expect(seen.era === 'modern').toBe(Object.hasOwn(seen.meta, META.protocolVersion));
        if (seen.kind === 'notification') expect(Object.hasOwn(own, 'id')).toBe(false);
        if (seen.kind === 'fault') expect(seen.httpStatus).toBe(400);
      }),
    );
  });
});

describe('checkMirrorHeaders', () => {
  const check = (body: JsonObject, given: Partial<MirrorHeaders>) => {
    const request = classifyMessage(body, headers({ protocolVersion: given.protocolVersion }));
    if (request.kind !== 'request') throw new Error(`no request but ${request.kind}`);
    return checkMirrorHeaders(request, headers(given));
  };
  const agreed = { protocolVersion: MODERN_REVISION, method: 'tools/call', name: 'echo' };
  const call = modern('tools/call', { name: 'echo' });

  it.each([
    ['the version header is missing', { ...agreed, protocolVersion: undefined }],
    ['the method header is missing', { ...agreed, method: undefined }],
    ['the name header is missing', { ...agreed, name: undefined }],
    ['the method differs', { ...agreed, method: 'tools/list' }],
    ['the method differs in case', { ...agreed, method: 'Tools/Call' }],
    ['the name differs', { ...agreed, name: 'harmless' }],
    ['the name is Base64 of something else', { ...agreed, name: '=?base64?aGFybWxlc3M=?=' }],
    ['the Base64 is not canonical', { ...agreed, name: '=?base64?ZWNob?=' }],
    ['a header was sent twice', { ...agreed, name: 'echo, harmless' }],
  ])('refuses a call with 400 and -32020 when %s', (_what, given) => {
    expect(fault(check(call, given))).toEqual({ status: 400, code: RPC_CODES.headerMismatch, id: 1 });
  });

  it('accepts headers that agree with the body, with white space around and in Base64', () => {
    expect(check(call, agreed)).toBeNull();
    expect(check(call, { ...agreed, name: '  echo\t' })).toBeNull();
    expect(check(modern('tools/call', { name: 'größe' }), { ...agreed, name: '=?base64?Z3LDtsOfZQ==?=' })).toBeNull();
  });

  it('requires no mirrored header of legacy requests', () => {
    expect(check(message('tools/call', { name: 'echo' }), {})).toBeNull();
  });
});

describe('checkParamHeaders', () => {
  const schema: JsonObject = {
    type: 'object',
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      page: { type: 'object', properties: { size: { type: 'integer', 'x-mcp-header': 'Size' } } },
    },
  };
  const check = (args: JsonObject, sent: Record<string, string>) => {
    const request = classifyMessage(modern('tools/call', { name: 'echo', arguments: args }), NO_HEADERS);
    if (request.kind !== 'request') throw new Error('no request');
    return checkParamHeaders(request, schema, (name) => sent[name]);
  };

  it.each<[string, JsonObject, Record<string, string>]>([
    ['a marked argument is not mirrored', { region: 'eu' }, {}],
    ['the header differs', { region: 'eu' }, { 'Mcp-Param-Region': 'us' }],
    ['it differs in case', { region: 'eu' }, { 'Mcp-Param-Region': 'EU' }],
    ['it speaks of an argument that is not there', {}, { 'Mcp-Param-Region': 'eu' }],
    ['it speaks of an argument that is null', { region: null }, { 'Mcp-Param-Region': 'null' }],
    ['the argument is no plain value', { region: ['eu'] }, { 'Mcp-Param-Region': 'eu' }],
    ['an inner argument differs', { page: { size: 42 } }, { 'Mcp-Param-Size': '43' }],
    ['a number is spelled in a way of its own', { page: { size: 16 } }, { 'Mcp-Param-Size': '0x10' }],
    ['it is not ASCII', { region: 'é' }, { 'Mcp-Param-Region': 'é' }],
    ['its Base64 is not UTF-8', { region: 'é' }, { 'Mcp-Param-Region': '=?base64?/w==?=' }],
    ['a text only looks like Base64', { region: '=?base64?eu?=' }, { 'Mcp-Param-Region': '=?base64?eu?=' }],
  ])('refuses a parameter header with 400 and -32020 when %s', (_what, args, sent) => {
    expect(fault(check(args, sent))).toEqual({ status: 400, code: RPC_CODES.headerMismatch, id: 1 });
  });

  it('accepts a parameter header for every value, in every form that clients send', () => {
    const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;
    for (const region of ['eu', 'a, b', 'größe', ' padded ', 'line1\nline2', '=?base64?literal?=', '']) {
      expect(check({ region }, { 'Mcp-Param-Region': base64(region) })).toBeNull();
    }
    expect(check({ region: 'eu' }, { 'Mcp-Param-Region': ' eu\t', 'Mcp-Param-Unknown': 'x' })).toBeNull();
    expect(check({ region: true }, { 'Mcp-Param-Region': 'true' })).toBeNull();
    expect(check({ page: { size: -7 } }, { 'Mcp-Param-Size': '-7' })).toBeNull();
  });

  it('expects no parameter header for absent arguments, and compares numbers as numbers', () => {
    expect(check({ region: null }, {})).toBeNull();
    expect(check({ page: { size: 42 } }, { 'Mcp-Param-Size': '42.0' })).toBeNull();
  });
});
