/**
 * Pages of the dashboard that texts for people name, by path. A hint names a page only through this table: `npm run
 * check` compares each with the dashboard's routes. Paths that begin with a hyphen lead to the page of the reader's own
 * organization, so that a text needs no slug.
 */
export const DASHBOARD_PAGES = {
  home: '/dashboard',
  signIn: '/dashboard/sign-in',
  secondFactor: '/dashboard/-/second-factor',
  account: '/dashboard/-/account',
  members: '/dashboard/-/members',
  groups: '/dashboard/-/groups',
  signInSettings: '/dashboard/-/sign-in-settings',
  policies: '/dashboard/-/policies',
  invitations: '/dashboard/-/invitations',
  apiKeys: '/dashboard/-/api-keys',
  newApiKey: '/dashboard/-/new-api-key',
  connectedClients: '/dashboard/-/connected-clients',
  oauthClients: '/dashboard/-/oauth-clients',
} as const;

export type DashboardPage = keyof typeof DASHBOARD_PAGES;

const PATH = /(?<![\w.:/}])\/dashboard(?![\w-])/g;

/** The text with every page of the dashboard as an address that can be opened from anywhere. */
export function withDashboardOrigin(text: string, origin: string): string {
  return text.replace(PATH, `${origin}/dashboard`);
}
