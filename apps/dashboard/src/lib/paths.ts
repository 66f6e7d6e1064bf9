/** Every page's address, below the base path. One place, so that a moved page moves all its links. */
export const paths = {
  home: '/',
  signIn: (next?: string) => (next && isInside(next) ? `/sign-in?next=${encodeURIComponent(next)}` : '/sign-in'),
  signUp: '/sign-up',
  organization: (organization: string) => `/${encodeURIComponent(organization)}`,
  connector: (organization: string, connector: string) =>
    `/${encodeURIComponent(organization)}/connectors/${encodeURIComponent(connector)}`,
} as const;

/** Whether an address is a page of ours: `//host`, `/\host` and other schemes lead elsewhere and never follow a sign-in. */
export function isInside(address: string): boolean {
  if (!address.startsWith('/') || /[\\\p{Cc}]/u.test(address)) return false;
  const base = 'https://inside.invalid';
  return URL.canParse(address, base) && new URL(address, base).origin === base;
}
