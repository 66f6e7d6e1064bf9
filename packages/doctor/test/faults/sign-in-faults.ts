import { answers, at, changesCallback, changesHeader, changesJson, type Fault, isPage } from './fault.ts';

const invalidGrant = answers(400, { error: 'invalid_grant' });
const invalidClient = answers(400, { error: 'invalid_client' });

/** From registration to refresh. */
export const SIGN_IN_FAULTS: readonly Fault[] = [
  {
    name: 'callbacks of hosted clients refused at registration',
    rule: 'register.refused',
    at: (asked) => at.register(asked) && asked.body.includes('claude.ai'),
    change: answers(400, { error: 'invalid_redirect_uri' }),
  },
  {
    name: 'a second registration limited',
    rule: 'register.twice',
    at: (asked) => at.register(asked) && asked.body.includes('claude.ai') && asked.count('hosted') > 1,
    change: answers(429),
  },
  { name: 'a registration answered with a page', rule: 'register.not-json', at: at.register, change: isPage },
  {
    name: 'a registration with other redirects',
    rule: 'register.redirects',
    at: at.register,
    change: changesJson((document) => {
      document.redirect_uris = ['https://other.example/callback'];
    }),
  },
  {
    name: 'a confidential client without a secret',
    rule: 'register.confidential',
    ways: ['dcr-confidential'],
    at: at.register,
    change: changesJson((document) => {
      document.client_secret = undefined;
    }),
  },
  {
    name: 'an unknown client mistaken for a bad grant',
    rule: 'register.unknown-client',
    at: at.unknownClient,
    change: invalidGrant,
  },
  { name: 'a registered client that expired', rule: 'authorize.refused', at: at.authorize, change: invalidClient },
  {
    name: 'a code without a person',
    rule: 'authorize.consent',
    at: at.authorize,
    change: (answer, asked) => {
      const callback = new URL(new URLSearchParams(asked.path.split('?')[1]).get('redirect_uri') ?? 'none:');
      callback.searchParams.set('code', 'anonymous');
      answers(302, '', { location: callback.href })(answer, asked);
    },
  },
  {
    name: 'one callback of Claude refused',
    rule: 'authorize.callback',
    at: (asked) => at.authorize(asked) && asked.path.includes(encodeURIComponent('https://claude.com/')),
    change: answers(400),
  },
  {
    name: 'loopback redirects with a fixed port',
    rule: 'authorize.loopback',
    ways: ['cimd'],
    at: (asked) => at.authorize(asked) && asked.path.includes(encodeURIComponent('http://127.0.0.1:')),
    change: answers(400),
  },
  ...(
    [
      ['no iss', 'authorize.iss-missing', (callback) => callback.delete('iss')],
      ['iss of another server', 'authorize.iss', (callback) => callback.set('iss', 'https://other.example')],
      ['another state', 'authorize.state', (callback) => callback.set('state', 'x')],
      ['no code', 'authorize.no-code', (callback) => callback.delete('code')],
      ['an error in place of the code', 'authorize.error', (callback) => callback.set('error', 'server_error')],
    ] satisfies [string, string, (callback: URLSearchParams) => void][]
  ).map(([name, rule, change]) => ({ name, rule, at: () => true, change: changesCallback(change) })),
  { name: 'a code refused', rule: 'token.refused', at: at.code, change: invalidGrant },
  {
    name: 'public clients refused at the token endpoint',
    rule: 'token.client',
    at: at.code,
    change: answers(401, { error: 'invalid_client' }),
  },
  {
    name: 'a redirect of the token endpoint',
    rule: 'token.redirect',
    at: at.code,
    change: answers(307, '', { location: '/token/' }),
  },
  { name: 'a page in place of tokens', rule: 'token.not-json', at: at.code, change: isPage },
  {
    name: 'tokens as text',
    rule: 'token.content-type',
    at: at.code,
    change: changesHeader('content-type', () => 'text/plain'),
  },
  { name: 'a token endpoint that does not answer', rule: 'token.slow', at: at.code, change: 'silent' },
  ...(
    [
      ['tokens without a type', 'token.invalid', () => ({ token_type: undefined })],
      [
        'a token for another audience',
        'token.audience',
        ({ access_token: token }) => ({ access_token: withAudience(token, 'https://other.example') }),
      ],
      ['less scope than was asked for', 'token.scope', () => ({ scope: 'tools:read' })],
      ['no refresh token', 'token.no-refresh', () => ({ refresh_token: undefined })],
    ] satisfies [string, string, (document: { access_token: string }) => object][]
  ).map(([name, rule, change]) => ({
    name,
    rule,
    at: at.code,
    change: changesJson((document) => {
      Object.assign(document, change(document));
    }),
  })),
  { name: 'refresh tokens that are not valid yet', rule: 'refresh.refused', at: at.refresh, change: invalidGrant },
  {
    name: 'one of two refreshes refused',
    rule: 'refresh.parallel',
    at: (asked) => at.refresh(asked) && asked.count('refresh') === 2,
    change: invalidGrant,
  },
  {
    name: 'reuse of a refresh token that ends both',
    rule: 'refresh.family',
    at: (asked) => at.refresh(asked) && asked.count('refresh') >= 2,
    change: invalidGrant,
  },
  {
    name: 'refresh tokens that are not rotated',
    rule: 'refresh.not-rotated',
    at: at.refresh,
    change: changesJson((document, { form }) => {
      document.refresh_token = form.get('refresh_token');
    }),
  },
  {
    name: 'a refresh without a token',
    rule: 'refresh.invalid',
    at: at.refresh,
    change: changesJson((document) => {
      document.access_token = undefined;
    }),
  },
];

/** The same token with another audience; its signature is wrong then, which no client can see. */
function withAudience(token: string, aud: string): string {
  const [head, payload = '', signature] = token.split('.');
  const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), aud };
  return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}
