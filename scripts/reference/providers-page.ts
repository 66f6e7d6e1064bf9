/** `docs/providers.md`: the catalogue of providers, with what is unverified marked as such. */
import { type FactGroup, isVerified, type Provider, QUIRKS } from '@patchbay/providers';
import { renderTable } from './render-table.ts';

const INTRODUCTION = `# Providers

The catalogue of upstream services, from the files in \`packages/providers/data/\`. Accounts are connected from it.
A fact is what the provider's own documentation states, or a description of its API
that it publishes. The pages, and the day on which each was read, in part from stored copies, are at the end of every
section. **Unverified** marks what no such page was found for: check it with the provider before you rely on it.

\`npm run providers:check\` validates the files and, where there is a network, compares endpoints with the metadata that
servers publish. To add a provider or correct one, edit its file, name the page that states each changed fact, and run
\`npm run reference\`, which writes this page.

An owner's own provider has bounds of its own (\`packages/providers/src/own-provider.ts\`). It is OAuth 2.0 with its
endpoints, OpenID Connect with its issuer, an API key, or a user name and password. Its hosts are exact, at most 16, and
none of a provider in this list; its name contains none of theirs; a key is always proved by a test request to one of its
hosts.
`;

const METHODS = {
  oauth2: 'OAuth 2.0',
  oidc: 'OpenID Connect',
  api_key: 'API key',
  basic: 'user name and key',
} as const;

export function renderProvidersPage(providers: readonly Provider[]): string {
  const overview = providers.map((provider) => [
    `[${provider.name}](#${anchorOf(provider.name)})`,
    provider.category,
    provider.authentication.map((kind) => METHODS[kind]).join(', '),
    provider.unverified.length === 0 ? 'everything verified' : `${provider.unverified.length} unverified`,
  ]);
  const table = renderTable(['Provider', 'Category', 'Linked by', 'Facts'], overview);
  return `${INTRODUCTION}\n${table}\n\n${providers.map(renderProvider).join('\n')}`;
}

/** The id that hosts of repositories give a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

function renderProvider(provider: Provider): string {
  const rows = [...oauthRows(provider), ...keyRows(provider), ...requestRows(provider)];
  const scopes = provider.oauth?.scopes ?? [];
  const parts = [
    `## ${provider.name}\n\n[Documentation](${provider.documentation}) of the provider.`,
    renderTable(['Fact', 'Value'], rows),
    ...(scopes.length > 0 ? [renderScopes(provider)] : []),
    renderSources(provider),
  ];
  return `${parts.join('\n\n')}\n`;
}

function oauthRows(provider: Provider): string[][] {
  const { oauth } = provider;
  if (!oauth) return [];
  const { refresh, revocation } = oauth;
  const marked = (group: FactGroup, member: string, value: string) =>
    value ? mark(provider, value, group, member) : '';
  const endpoints = Object.entries(oauth.endpoints).map(([name, url]) => [
    `${capital(name)} endpoint`,
    marked('endpoints', name, code(url)),
  ]);
  const parameters = Object.entries({ ...oauth.authorizationParameters, ...refresh.request.parameters });
  const rows = [
    ...endpoints,
    ['PKCE', marked('client', 'pkce', oauth.pkce)],
    [
      'Client authentication',
      marked('client', 'clientAuthentication', oauth.clientAuthentication.map(code).join(', ')),
    ],
    [
      'Further parameters of the authorization',
      marked(
        'client',
        'authorizationParameters',
        parameters.map(([name, value]) => code(`${name}=${value}`)).join(', '),
      ),
    ],
    ['Access token ends after', marked('refresh', 'accessTokenSeconds', lasting(oauth.accessTokenSeconds))],
    [
      'Refresh token',
      marked('refresh', 'issued', ISSUED[refresh.issued] + refresh.request.scopes.map(code).join(', ')),
    ],
    ['Refresh token is replaced', marked('refresh', 'rotates', yesNo(refresh.rotates))],
    [
      'Replaced one still works for',
      refresh.rotates ? marked('refresh', 'graceSeconds', lasting(refresh.graceSeconds)) : '',
    ],
    [
      'Unused, it ends after',
      marked('refresh', 'idleDays', refresh.idleDays ? `${refresh.idleDays} days` : NOT_STATED),
    ],
    ['About refreshing', refresh.note ?? ''],
    [
      'Revocation',
      marked(
        'revocation',
        'style',
        `${STYLES[revocation.style]}${revocation.takes ? `, ${TAKES[revocation.takes]}` : ''}`,
      ),
    ],
    ['About revocation', revocation.note ?? ''],
  ];
  return rows.filter(([, value]) => value !== '');
}

const NOT_STATED = 'not stated';
const ISSUED = {
  always: 'with every authorization',
  on_request: 'when it is asked for ',
  by_app_setting: 'by a setting of the application',
  never: 'never',
} as const;
const STYLES = {
  rfc7009: 'RFC 7009',
  other: 'a request of its own',
  none: 'none that an application can make',
} as const;
const TAKES = {
  access_token: 'takes the access token',
  refresh_token: 'takes the refresh token',
  either: 'takes either token',
} as const;

function keyRows(provider: Provider): string[][] {
  const { key } = provider;
  if (!key) return [];
  const { placement } = key;
  const place = {
    header: () => (placement.in === 'header' ? `header ${code(`${placement.name}: ${placement.prefix}…`)}` : ''),
    query: () => (placement.in === 'query' ? `parameter ${code(placement.name)}` : ''),
    basic: () => 'user name and password (RFC 7617)',
  }[placement.in]();
  const prefixes = key.prefixes.map(code).join(', ');
  return [
    ['Key', `${key.label}, [made here](${key.madeAt})${isVerified(provider, 'key', 'madeAt') ? '' : UNVERIFIED}`],
    ['Key is sent as', mark(provider, place, 'key', 'placement')],
    ...(prefixes ? [['Key begins with', mark(provider, prefixes, 'key', 'secretPrefixes')]] : []),
  ];
}

function requestRows(provider: Provider): string[][] {
  const hosts = [...provider.credentialHosts, ...(provider.perCustomerHost?.templates ?? [])].map(code).join(', ');
  const reads = [
    ...new Set(
      provider.readRequests.map(
        ({ method, path, graphql }) => code(`${method} ${path}`) + (graphql ? ' (queries)' : ''),
      ),
    ),
  ];
  const safe = provider.safeMethodsRead ? '`GET`, `HEAD`, `OPTIONS`' : '';
  const quirks = provider.quirks.map((name) => QUIRKS[name]).join('. ');
  return [
    ['Hosts that get the credential', mark(provider, hosts, 'requests', 'credentialHosts')],
    ['Requests that read', mark(provider, [safe, ...reads].filter(Boolean).join(', '), 'requests', 'readRequests')],
    ...(quirks ? [['Peculiarities', `${quirks}.`]] : []),
  ];
}

function renderScopes(provider: Provider): string {
  const hasServices = provider.oauth?.scopes.some(({ service }) => service !== undefined) ?? false;
  const rows = (provider.oauth?.scopes ?? []).map(({ name, service, effect, means }) => [
    mark(provider, code(name), 'scopes', 'scopes'),
    ...(hasServices ? [service ?? ''] : []),
    effect,
    means,
  ]);
  return renderTable(['Scope', ...(hasServices ? ['Service'] : []), 'Effect', 'Permits'], rows);
}

function renderSources({ sources, verified, unverified }: Provider): string {
  const stated = Object.entries(sources).map(([id, { url, readOn }]) => {
    const groups = Object.entries(verified).flatMap(([group, ids]) => (ids?.includes(id) ? [group] : []));
    return `- ${groups.join(', ')}: <${url}>, read on ${readOn}`;
  });
  const open = unverified.length > 0 ? [`- unverified: ${[...unverified].sort().join(', ')}`] : [];
  return `Sources:\n\n${[...stated, ...open].join('\n')}`;
}

const UNVERIFIED = ' (**unverified**)';

function mark(provider: Provider, value: string, group: FactGroup, member: string): string {
  return isVerified(provider, group, member) ? value : `${value}${UNVERIFIED}`;
}

function code(text: string): string {
  return `\`${text.trim()}\``;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function yesNo(value: boolean | null): string {
  if (value === null) return 'depends, or is not stated';
  return value ? 'at every refresh' : 'no';
}

function lasting(seconds: number | null): string {
  if (seconds === null) return NOT_STATED;
  if (seconds === 0) return 'no time';
  return seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds / 60} min`;
}
