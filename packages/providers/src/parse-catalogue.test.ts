import { describe, expect, it } from 'vitest';
import { givenFile, type ProviderFile } from '../test/given-provider.ts';
import { isVerified, listUnverified } from './fact-groups.ts';
import { CatalogueError, parseCatalogue } from './parse-catalogue.ts';

function problemsOf(files: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseCatalogue(files);
    return [];
  } catch (error) {
    if (error instanceof CatalogueError) return error.problems;
    throw error;
  }
}

const { oauth, verified } = givenFile();
const { refresh: _refresh, ...withoutRefresh } = verified;
const { key: _key, ...withoutKey } = verified;
const endpoints = (changes: object) =>
  ({ oauth: { ...oauth, endpoints: { ...oauth?.endpoints, ...changes } } }) as Partial<ProviderFile>;

describe('parseCatalogue', () => {
  it.each<[string, string, Partial<ProviderFile>]>([
    [
      'an endpoint over http',
      'oauth.endpoints.token: an https URL',
      endpoints({ token: 'http://example.com/oauth/token' }),
    ],
    [
      'an endpoint with a user',
      'oauth.endpoints.token: an https URL',
      endpoints({ token: 'https://me@example.com/oauth/token' }),
    ],
    [
      'an endpoint with a port',
      'oauth.endpoints.token: an https URL',
      endpoints({ token: 'https://example.com:8443/oauth/token' }),
    ],
    [
      'an endpoint with a query',
      'oauth.endpoints.token: an https URL',
      endpoints({ token: 'https://example.com/oauth/token?a=1' }),
    ],
    [
      'an endpoint on an address',
      'oauth.endpoints.token: an https URL',
      endpoints({ token: 'https://10.0.0.1/oauth/token' }),
    ],
    [
      'an endpoint on a name without a dot',
      'oauth.endpoints.token: an https URL',
      endpoints({ token: 'https://localhost/oauth/token' }),
    ],
    [
      'an endpoint on an internationalized name',
      'oauth.endpoints.token: an https URL',
      endpoints({ token: 'https://xn--e1aybc.com/oauth/token' }),
    ],
    [
      'an endpoint whose customer is not the first label',
      'oauth.endpoints.token: an https URL',
      endpoints({ token: 'https://a.{customer}.example.com/t' }),
    ],
    ['a host with a wildcard', 'credentialHosts.0: one exact', { credentialHosts: ['*.example.com'] }],
    ['a host in upper case', 'credentialHosts.0: one exact', { credentialHosts: ['API.example.com'] }],
    ['no host', 'no host takes a credential', { credentialHosts: [] }],
    [
      'a template without a label',
      'perCustomerHost.templates.0: {customer}',
      { perCustomerHost: { templates: ['{customer}-x.example.com'], asks: 'Name', reserved: [] } },
    ],
    [
      'a template of a whole top-level domain',
      'perCustomerHost.templates.0: {customer}',
      { perCustomerHost: { templates: ['{customer}.com'], asks: 'Name', reserved: [] } },
    ],
    [
      'a pattern with half a segment',
      'readRequests.0.path: a path',
      { readRequests: [{ method: 'POST', path: '/v1/a*' }] },
    ],
    [
      'a pattern with a parameter',
      'readRequests.0.path: a path',
      { readRequests: [{ method: 'POST', path: '/v1/a?b' }] },
    ],
    [
      'no method that reads, and nothing listed',
      'readRequests lists what reads',
      { safeMethodsRead: false, readRequests: [] },
    ],
    ['an unknown quirk', 'quirks.0: Invalid option', { quirks: ['strange' as never] }],
    ['an unknown member', 'Unrecognized key', { colour: 'red' } as Partial<ProviderFile>],
    ['OAuth without its part', 'oauth is there exactly when', { oauth: undefined }],
    ['a key without its part', 'key is there exactly when', { key: undefined }],
    ['a prefix of keys that is not among those of secrets', 'secretPrefixes lacks', { secretPrefixes: ['ext_'] }],
    [
      'a test request to another host',
      'is no host of this provider',
      { account: { request: { method: 'GET', url: 'https://other.example.org/me' }, id: ['/id'], label: '/id' } },
    ],
    [
      'a group of facts that is neither verified nor unverified',
      'refresh is either verified',
      { verified: withoutRefresh },
    ],
    ['a group of facts that is both', 'refresh is either verified', { unverified: ['refresh'] }],
    ['a fact that does not exist', 'no fact refresh.colour', { unverified: ['refresh.colour'] }],
    ['a source that does not exist', 'no source blog', { verified: { ...verified, refresh: ['blog'] } }],
    [
      'a source that states nothing',
      'source blog states nothing',
      { sources: { ...givenFile().sources, blog: { url: 'https://blog.example.com', readOn: '2026-11-30' } } },
    ],
    [
      'a source without a day',
      'sources.docs.readOn',
      { sources: { docs: { url: 'https://docs.example.com' } as never } },
    ],
  ])('refuses %s', (_what, problem, changes) => {
    expect(problemsOf({ example: givenFile(changes) }).join('\n')).toContain(problem);
  });

  it('refuses a file that is called otherwise, and one that is no object', () => {
    expect(problemsOf({ other: givenFile() })).toEqual(['other: its id is example']);
    expect(problemsOf({ example: null })).not.toEqual([]);
  });

  it('refuses two providers that share a host, a template or a prefix', () => {
    const other = givenFile({ id: 'other', name: 'Other' });
    expect(problemsOf({ example: givenFile(), other })).toEqual([
      'other: api.example.com belongs to example already',
      'other: exk_ belongs to example already',
      'other: ext_ belongs to example already',
    ]);
  });

  it('reports every problem of every file at once', () => {
    const problems = problemsOf({ example: givenFile({ credentialHosts: ['*'] }), second: { id: 'second' } });
    expect(problems.some((problem) => problem.startsWith('example: credentialHosts.0'))).toBe(true);
    expect(problems.some((problem) => problem.startsWith('second: '))).toBe(true);
  });

  it('accepts a provider without a request that tests a credential, and one whose keys alone have none', () => {
    const { account: _account, ...withoutAccount } = verified;
    const { key } = givenFile();
    expect(
      problemsOf({ example: givenFile({ account: undefined, verified: withoutAccount, unverified: ['account'] }) }),
    ).toEqual([]);
    expect(problemsOf({ example: givenFile({ key: key && { ...key, account: null } }) })).toEqual([]);
  });

  it('returns the providers by name', () => {
    const first = givenFile({
      id: 'aaa',
      name: 'Zeta',
      credentialHosts: ['a.example.org'],
      secretPrefixes: ['exk_x'],
      key: undefined,
      authentication: ['oauth2'],
      account: { request: { method: 'GET', url: 'https://a.example.org/me' }, id: ['/id'], label: '/id' },
      verified: withoutKey,
    });
    expect(parseCatalogue({ aaa: first, example: givenFile() }).map(({ name }) => name)).toEqual(['Example', 'Zeta']);
  });
});

describe('facts', () => {
  const [provider] = parseCatalogue({
    example: givenFile({ verified: withoutKey, unverified: ['refresh.idleDays', 'key'] }),
  });

  it('lists what no page states', () => {
    expect(listUnverified(provider ?? givenFile())).toEqual(['key', 'refresh.idleDays']);
  });

  it('counts a member of a verified group as verified unless it is listed', () => {
    expect(provider && isVerified(provider, 'refresh', 'idleDays')).toBe(false);
    expect(provider && isVerified(provider, 'key', 'placement')).toBe(false);
    expect(provider && isVerified(provider, 'refresh', 'rotates')).toBe(true);
    expect(provider && isVerified(provider, 'endpoints')).toBe(true);
  });
});
