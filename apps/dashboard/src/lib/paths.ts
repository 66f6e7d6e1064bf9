const segment = encodeURIComponent;

/** Every page's address, below the base path. One place, so that a moved page moves all its links. */
export const paths = {
  home: '/',
  signIn: (next?: string | null) => (next && isInside(next) ? `/sign-in?next=${segment(next)}` : '/sign-in'),
  signUp: (next?: string | null) => (next && isInside(next) ? `/sign-up?next=${segment(next)}` : '/sign-up'),
  account: '/-/account',
  secondFactor: '/-/second-factor',
  organization: (organization: string) => `/${segment(organization)}`,
  settings: (organization: string) => `/${segment(organization)}/settings`,
  members: (organization: string) => `/${segment(organization)}/settings/members`,
  groups: (organization: string) => `/${segment(organization)}/settings/groups`,
  invitations: (organization: string) => `/${segment(organization)}/settings/invitations`,
  roles: (organization: string) => `/${segment(organization)}/settings/roles`,
  policies: (organization: string) => `/${segment(organization)}/settings/policies`,
  limits: (organization: string) => `/${segment(organization)}/settings/limits`,
  apiKeys: (organization: string) => `/${segment(organization)}/settings/api-keys`,
  newApiKey: (organization: string) => `/${segment(organization)}/settings/api-keys/new`,
  signInSettings: (organization: string) => `/${segment(organization)}/settings/sign-in`,
  connectedClients: (organization: string) => `/${segment(organization)}/settings/connected-clients`,
  oauthClients: (organization: string) => `/${segment(organization)}/settings/oauth-clients`,
  connector: (organization: string, connector: string) => `/${segment(organization)}/connectors/${segment(connector)}`,
  connectorTools: (organization: string, connector: string) =>
    `/${segment(organization)}/connectors/${segment(connector)}/tools`,
  connectorSecrets: (organization: string, connector: string) =>
    `/${segment(organization)}/connectors/${segment(connector)}/secrets`,
  connectorSettings: (organization: string, connector: string) =>
    `/${segment(organization)}/connectors/${segment(connector)}/settings`,
} as const;

/** A connector's public page with steps for each client. It is the gateway's, outside of the base path. */
export function connectPage(organization: string, connector: string): string {
  return `/${segment(organization)}/${segment(connector)}`;
}

/** The gateway's page that leads to an organization's own identity provider. */
export function organizationSignIn(organization: string, next: string | null): string {
  const page = `/-/sso/${segment(organization)}`;
  return next === null ? page : `${page}?next=${segment(next)}`;
}

/**
 * Whether an address is a page of the gateway that sends people here to sign in: an authorization request of an OAuth client,
 * or the test or connection of an organization's own sign-in.
 */
export function isAuthorization(address: string): boolean {
  return /^\/-\/(?:oauth\/[\w-]+|device|sso\/[\w-]+\/(?:test|join))$/.test(address);
}

/** Whether an address is a page of ours: `//host`, `/\host` and other schemes lead elsewhere and never follow a sign-in. */
export function isInside(address: string): boolean {
  if (!address.startsWith('/') || /[\\\p{Cc}]/u.test(address)) return false;
  const base = 'https://inside.invalid';
  return URL.canParse(address, base) && new URL(address, base).origin === base;
}

/** The page that sends a link to a new password: the gateway's, outside of the dashboard. */
export const FORGOT_PASSWORD = '/-/forgot-password';
