/** The admin API as a protected resource: one for all organizations, with tokens of its own. @see RFC 9728 §3 */
import { ADMIN_SCOPES } from '@patchbay/domain/organizations';

export const ADMIN_API_PATH = '/api/v1';

const DOCUMENT_PATH = `/.well-known/oauth-protected-resource${ADMIN_API_PATH}`;

/** The `aud` of its tokens, exactly. */
export function adminAudience(origin: string): string {
  return `${origin}${ADMIN_API_PATH}`;
}

/**
 * Whether a client names the admin API as its resource. Scheme and host in any case and a slash at the end are the same
 * resource; the path is compared as it was sent. Pure.
 *
 * @see RFC 8707 §2
 */
export function isAdminResource(indicator: unknown, origin: string): boolean {
  if (typeof indicator !== 'string' || !URL.canParse(indicator) || /[#?\\]/.test(indicator)) return false;
  const url = new URL(indicator);
  if (url.origin !== origin || url.username !== '' || url.password !== '') return false;
  const path = indicator.slice(indicator.indexOf('/', indicator.indexOf('://') + 3));
  return path === ADMIN_API_PATH || path === `${ADMIN_API_PATH}/`;
}

export const ADMIN_DOCUMENT = { path: DOCUMENT_PATH, maxAgeSeconds: 3_600 } as const;

/** @see RFC 9728 §2 */
export function adminResourceDocument(origin: string) {
  return {
    resource: adminAudience(origin),
    authorization_servers: [origin],
    scopes_supported: ADMIN_SCOPES,
    bearer_methods_supported: ['header'],
    resource_name: 'Patchbay admin API',
    resource_documentation: `${origin}/api/docs`,
  };
}

/**
 * The value of `WWW-Authenticate` at the admin API.
 *
 * @param error `invalid_token` or `insufficient_scope`; null when no token was sent
 * @see RFC 9728 §5.1, RFC 6750 §3
 */
export function adminChallenge(origin: string, error: string | null, scopes: readonly string[] = ADMIN_SCOPES): string {
  const where = `Bearer resource_metadata="${origin}${DOCUMENT_PATH}", scope="${scopes.join(' ')}"`;
  return error === null ? where : `${where}, error="${error}"`;
}
