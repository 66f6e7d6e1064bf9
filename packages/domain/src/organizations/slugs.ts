import { AppError } from '@patchbay/foundation';

/** First segments of the public origin that can never be an organization. Frozen: add, never remove. */
export const RESERVED_ORGANIZATION_SLUGS: readonly string[] = [
  'api',
  'dashboard',
  'authorize',
  'token',
  'register',
  'revoke',
  'introspect',
  'userinfo',
  'jwks',
  'device',
  'par',
  'well-known',
  'oauth',
  'oauth2',
  'oidc',
  'login',
  'logout',
  'sign-in',
  'sign-up',
  'sign-out',
  'signin',
  'signup',
  'account',
  'accounts',
  'admin',
  'auth',
  'session',
  'sessions',
  'settings',
  'setup',
  'mcp',
  'connect',
  'connectors',
  'docs',
  'help',
  'support',
  'status',
  'health',
  'metrics',
  'security',
  'billing',
  'pricing',
  'assets',
  'static',
  'public',
  'downloads',
  'untrusted',
  'favicon',
  'robots',
  'www',
  'mail',
  'patchbay',
  'anthropic',
  'claude',
];

/** Second segments that mean something of ours. */
export const RESERVED_CONNECTOR_SLUGS: readonly string[] = ['mcp', 'connect', 'settings'];

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** 2 to 32 of `a-z 0-9 -`; no hyphen first, last or doubled. The slug may still be reserved or taken. */
export function isSlug(text: string): boolean {
  return text.length >= 2 && text.length <= 32 && SLUG.test(text);
}

/** @throws AppError `organizations.slug_invalid`, `organizations.slug_reserved` */
export function assertOrganizationSlug(slug: string): void {
  if (!isSlug(slug)) throw new AppError('organizations.slug_invalid', { data: { slug } });
  if (RESERVED_ORGANIZATION_SLUGS.includes(slug)) throw new AppError('organizations.slug_reserved', { data: { slug } });
}

/** @throws AppError `connectors.slug_invalid`, `connectors.slug_reserved` */
export function assertConnectorSlug(slug: string): void {
  if (!isSlug(slug)) throw new AppError('connectors.slug_invalid', { data: { slug } });
  if (RESERVED_CONNECTOR_SLUGS.includes(slug)) throw new AppError('connectors.slug_reserved', { data: { slug } });
}
