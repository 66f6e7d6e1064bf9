import { describe, expect, it } from 'vitest';
import { type Answer, checkChallenge, checkFirstAnswers, checkResource, checkUrl } from './check-endpoint.ts';

const URL_ = new URL('https://mcp.example/acme/mcp');
const DOCUMENT = 'https://mcp.example/.well-known/oauth-protected-resource/acme/mcp';
const JSON_TYPE = { 'content-type': 'application/json' };
const answer = (status: number, body: unknown = {}, headers: Record<string, string> = JSON_TYPE): Answer => ({
  status,
  headers: new Headers(headers),
  text: typeof body === 'string' ? body : JSON.stringify(body),
});
const rules = (findings: readonly { rule: string }[]) => findings.map(({ rule }) => rule);
const asks = answer(401, {}, { 'www-authenticate': `Bearer resource_metadata="${DOCUMENT}"` });

describe('a URL', () => {
  it.each([
    ['https://mcp.example/mcp', []],
    ['http://mcp.example/mcp', ['reach.plain-http']],
    ['https://mcp.example:8443/mcp', ['reach.port']],
    ['http://localhost:3000/mcp', ['reach.local']],
    ['http://127.0.0.1/mcp', ['reach.local']],
    ['https://localhost.example/mcp', []],
  ])('%s is judged as %j', (url, expected) => {
    expect(rules(checkUrl(new URL(url)))).toEqual(expected);
  });
});

describe('the first answers', () => {
  const ok = answer(401);
  it.each<readonly [string, readonly [Answer, Answer, Answer], readonly string[]]>([
    ['a refusal that asks for a token', [ok, ok, answer(405)], []],
    [
      'a redirect',
      [answer(308), answer(308, '', { location: 'https://mcp.example/mcp/?x=1' }), ok],
      ['reach.redirect'],
    ],
    ['a server error', [answer(502), answer(502), ok], ['reach.server-error']],
    ['nothing at this path', [answer(404), answer(404), answer(404)], ['reach.not-found']],
    ['406 that hides the sign-in', [answer(406), ok, ok], ['reach.accept']],
    ['406 at a server without sign-in', [answer(406), answer(200), answer(405)], ['reach.accept-open']],
    ['a server error at GET', [ok, ok, answer(500)], ['reach.get']],
  ])('with %s are judged so', (_what, [any, both, get], expected) => {
    expect(rules(checkFirstAnswers(any, both, get))).toEqual(expected);
  });

  it('shows where a redirect leads without its query', () => {
    const moved = answer(302, '', { location: 'https://mcp.example/login?token=x' });
    expect(checkFirstAnswers(moved, moved, moved)[0]?.received).toBe('302 to https://mcp.example/login');
  });
});

describe('a challenge', () => {
  const refused = answer(401);
  const given = { initialize: asks, discover: refused, badToken: refused, hasDocument: true };
  it.each([
    ['with everything', given, []],
    ['of a server without sign-in', { ...given, initialize: answer(200), badToken: null, hasDocument: false }, []],
    [
      'that is missing although there is a document',
      { ...given, initialize: answer(200) },
      ['challenge.open-initialize'],
    ],
    ['with 403', { ...given, initialize: answer(403) }, ['challenge.status']],
    [
      'that discover goes without',
      { ...given, discover: answer(200, { jsonrpc: '2.0', result: {} }) },
      ['challenge.open-discover'],
    ],
    ['without a header', { ...given, initialize: refused }, ['challenge.no-header']],
    [
      'of the scheme Basic',
      { ...given, initialize: answer(401, {}, { 'www-authenticate': 'Basic' }) },
      ['challenge.no-header'],
    ],
    [
      'without the document',
      { ...given, initialize: answer(401, {}, { 'www-authenticate': 'Bearer' }) },
      ['challenge.no-resource-metadata'],
    ],
    [
      'with a relative URL',
      { ...given, initialize: answer(401, {}, { 'www-authenticate': 'Bearer resource_metadata="/.well-known/x"' }) },
      ['challenge.relative'],
    ],
    ['that an invented token does not get', { ...given, badToken: answer(500) }, ['challenge.bad-token']],
  ])('%s is judged so', (_what, answers, expected) => {
    expect(rules(checkChallenge(answers))).toEqual(expected);
  });
});

describe('a protected-resource document', () => {
  const body = { resource: URL_.href, authorization_servers: ['https://login.example'] };
  const good = answer(200, body);
  const none = answer(404);
  const at = (named: Answer | null, path = named ?? none, root = none) =>
    rules(checkResource({ url: URL_, named, path, root }));
  it.each([
    ['with everything', good, []],
    ['that redirects', answer(301), ['resource.redirect']],
    ['that is not there', none, ['resource.not-found']],
    ['that is a page', answer(200, '<html>', { 'content-type': 'text/html' }), ['resource.not-json']],
    ['of another type', answer(200, body, { 'content-type': 'text/plain' }), ['resource.content-type']],
    ['about another host', answer(200, { ...body, resource: 'https://other.example/acme/mcp' }), ['resource.mismatch']],
    ['with a slash at its end', answer(200, { ...body, resource: `${URL_.href}/` }), ['resource.mismatch']],
    ['about the host', answer(200, { ...body, resource: 'https://mcp.example' }), ['resource.parent']],
    ['about a sibling', answer(200, { ...body, resource: 'https://mcp.example/acm' }), ['resource.mismatch']],
    ['in another case of the host', answer(200, { ...body, resource: 'https://MCP.example/acme/mcp' }), []],
    ['without a server', answer(200, { ...body, authorization_servers: [] }), ['resource.no-server']],
    ['with a relative server', answer(200, { ...body, authorization_servers: ['/login'] }), ['resource.bad-server']],
  ])('%s is judged so', (_what, document, expected) => {
    expect(at(document)).toEqual(expected);
  });

  it('that the challenge does not name is taken from its well-known place, or from the root with a warning', () => {
    expect(at(null, good)).toEqual([]);
    expect(at(null, none, good)).toEqual(['resource.path']);
    expect(at(null, none, none)).toEqual(['resource.not-found']);
  });
});
