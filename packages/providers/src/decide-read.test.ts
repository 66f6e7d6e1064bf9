import { describe, expect, it } from 'vitest';
import { decideRead, type OutgoingRequest } from './decide-read.ts';

const rest = {
  safeMethodsRead: true,
  readRequests: [
    { method: 'POST' as const, path: '/v1/search' },
    { method: 'POST' as const, path: '/v1/databases/*/query' },
    { method: 'POST' as const, path: '/v4/sheets/*' },
    { method: 'POST' as const, path: '/v4/sheets/*:getByDataFilter' },
    { method: 'POST' as const, path: '/graphql', graphql: true as const },
    { method: 'POST' as const, path: '/services/data/*/graphql', graphql: true as const },
  ],
};
const rpc = { safeMethodsRead: false, readRequests: [{ method: 'GET' as const, path: '/api/users.list' }] };

function request(method: string, path: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest {
  return { method, url: new URL(path, 'https://api.example.com'), headers: {}, body: undefined, ...more };
}
const json = { 'content-type': 'application/json' };
const query = (document: string) =>
  request('POST', '/graphql', { headers: json, body: JSON.stringify({ query: document }) });

describe('decideRead', () => {
  it.each([
    ['a method that changes', request('DELETE', '/v1/pages/1')],
    ['a POST that is not listed', request('POST', '/v1/pages')],
    ['a POST below a listed one', request('POST', '/v1/search/delete')],
    ['a listed path in another case', request('POST', '/v1/Search')],
    ['a listed path with another method', request('PUT', '/v1/search')],
    ['two segments for one wildcard', request('POST', '/v1/databases/a/b/query')],
    ['an empty segment for a wildcard', request('POST', '/v1/databases//query')],
    ['an encoded slash for a wildcard', request('POST', '/v1/databases/a%2Fpages%2F1/query')],
    ['an encoded dot segment for a wildcard', request('POST', '/v1/databases/%252e%252e/query')],
    ['a custom method behind the id of a wildcard', request('POST', '/v4/sheets/1a:batchUpdate')],
    ['a custom method behind another', request('POST', '/v4/sheets/1a:batchUpdate:getByDataFilter')],
    ['a custom method without an id', request('POST', '/v4/sheets/:getByDataFilter')],
    ['a parameter of a segment', request('POST', '/v1/databases/a;b/query')],
    [
      'a GET with a header that replaces its method',
      request('GET', '/v1/pages/1', { headers: { 'x-http-method-override': 'DELETE' } }),
    ],
    ['a GET with another such header', request('GET', '/v1/pages/1', { headers: { 'x-http-method': 'PATCH' } })],
    ['a parameter that replaces the method', request('GET', '/v1/pages/1?_HttpMethod=PATCH')],
    [
      'a form field that replaces the method',
      request('POST', '/v1/search', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'q=1&_method=delete',
      }),
    ],
    [
      'a form that was not read',
      request('POST', '/v1/search', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    ],
    [
      'a multipart body',
      request('POST', '/v1/search', { headers: { 'content-type': 'multipart/form-data; boundary=a' } }),
    ],
  ])('does not take %s for a read', (_what, given) => {
    expect(decideRead(rest, given)).toMatchObject({ isRead: false });
  });

  it('does not take an unlisted GET for a read where GET can change something', () => {
    expect(decideRead(rpc, request('GET', '/api/chat.postMessage?text=x'))).toEqual({
      isRead: false,
      reason: 'GET /api/chat.postMessage is not listed as reading',
    });
    expect(decideRead(rpc, request('HEAD', '/api/chat.postMessage'))).toMatchObject({ isRead: false });
  });

  it('takes safe methods and listed requests for reads', () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      expect(decideRead(rest, request(method, '/v1/pages/1'))).toEqual({ isRead: true });
    expect(decideRead(rest, request('POST', '/v1/search'))).toEqual({ isRead: true });
    expect(decideRead(rest, request('POST', '/v1/databases/1a-2b/query', { headers: json, body: '{}' }))).toEqual({
      isRead: true,
    });
    expect(decideRead(rest, request('POST', '/v4/sheets/1a:getByDataFilter'))).toEqual({ isRead: true });
    expect(decideRead(rpc, request('GET', '/api/users.list?limit=3'))).toEqual({ isRead: true });
    expect(decideRead(rpc, request('HEAD', '/api/users.list'))).toEqual({ isRead: true });
  });
});

describe('decideRead of GraphQL', () => {
  it.each([
    ['a mutation', query('mutation { a }'), 'the document has a mutation'],
    ['a subscription', query('subscription { a }'), 'the document has a subscription'],
    ['a mutation beside a query', query('query A { a } mutation B { b }'), 'the document has a mutation'],
    ['a text that is no document', query('query {'), 'the document cannot be parsed'],
    ['a document without an operation', query('fragment F on T { a }'), 'the document has no operation'],
    ['a schema', query('type T { a: Int }'), 'the document defines a schema'],
    ['an empty document', query(''), 'the document cannot be parsed'],
    ['a document that is too long', query(`{ ${'a '.repeat(200_000)} }`), 'the GraphQL request is too long to be read'],
    ['too many tokens', query(`{ ${'a '.repeat(20_000)} }`), 'the document cannot be parsed'],
  ])('does not take %s for a read', (_what, given, reason) => {
    expect(decideRead(rest, given)).toEqual({ isRead: false, reason });
  });

  it.each([
    ['a batch', '[{"query":"{ a }"},{"query":"mutation { a }"}]'],
    ['a persisted query', '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}'],
    ['two documents', '{"query":"mutation { a }","query":"{ a }"}'],
    ['two documents, one with an escaped name', '{"\\u0071uery":"mutation { a }","query":"{ a }"}'],
    ['another spelling of a member', '{"query":"{ a }","Query":"mutation { a }"}'],
    ['a document that is no text', '{"query":["{ a }"]}'],
    ['null', 'null'],
    ['no JSON', 'query=mutation'],
  ])('does not take a body with %s for a read', (_what, body) => {
    expect(decideRead(rest, request('POST', '/graphql', { headers: json, body }))).toMatchObject({ isRead: false });
  });

  it.each([
    ['the URL too', request('POST', '/graphql?query=mutation{a}', { headers: json, body: '{"query":"{ a }"}' })],
    [
      'a form',
      request('POST', '/graphql', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'query={a}',
      }),
    ],
    [
      'an encoded body',
      request('POST', '/graphql', { headers: { ...json, 'content-encoding': 'gzip' }, body: '{"query":"{ a }"}' }),
    ],
    ['a body that was not read', request('POST', '/graphql', { headers: json })],
    ['a GET with a mutation', request('GET', '/graphql?query=mutation{a}')],
    ['a GET with two documents', request('GET', '/graphql?query={a}&query=mutation{a}')],
    ['a GET with a body', request('GET', '/graphql?query={a}', { body: '{"query":"mutation { a }"}' })],
    ['a GET of another spelling of the path', request('GET', '/%67raphQL//?query=mutation{a}')],
    ['a GET of a path with a wildcard', request('GET', '/services/data/v62.0/GraphQL?query=mutation{a}')],
    ['another method', request('PUT', '/graphql', { headers: json, body: '{"query":"{ a }"}' })],
  ])('does not take a document in %s for a read', (_what, given) => {
    expect(decideRead(rest, given)).toMatchObject({ isRead: false });
  });

  it('takes documents that only query for reads', () => {
    expect(decideRead(rest, query('{ viewer { id } }'))).toEqual({ isRead: true });
    expect(
      decideRead(rest, query('query A($id: ID!) { a(id: $id) { ...F } } query B { b } fragment F on T { c }')),
    ).toEqual({
      isRead: true,
    });
    const nested =
      '{ "query" : "{ a }", "variables": {"query": "mutation { a }", "x": [{"query": 1}]}, "operationName": null }';
    expect(decideRead(rest, request('POST', '/graphql', { headers: json, body: nested }))).toEqual({ isRead: true });
    expect(decideRead(rest, request('GET', '/graphql?query={a}'))).toEqual({ isRead: true });
  });
});
