/**
 * Request → caller. Two kinds of credentials, never mixed: a bearer (an API key of kind admin or deploy, or an access
 * token for the admin API) makes cookies invisible; without one, the session cookie, for which the cross-site rule holds.
 * A key of another kind is refused by its prefix, before any look-up.
 */

import type { ApiKeyCache } from '@patchbay/domain/api-keys';
import { AppError } from '@patchbay/foundation';
import type { FastifyRequest } from 'fastify';
import { parseBearer } from '../../http/bearer.ts';
import { checkCrossSite } from '../../http/check-cross-site.ts';
import type { Identity } from '../../identity/identity.ts';
import type { AdminTokens } from './admin-tokens.ts';
import type { Caller } from './caller.ts';

export interface AuthenticateDeps {
  readonly apiKeys: Pick<ApiKeyCache, 'verify'>;
  readonly accessTokens: Pick<AdminTokens, 'verify'>;
  readonly identity: Pick<Identity, 'findSession'>;
  readonly origin: string;
}

/** A signed JWT in its compact form, whatever its content. @see RFC 7515 §7.1 */
const COMPACT_JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;
const JSON_ONLY = ['application/json'];

/**
 * @param contentTypes accepted beside a cookie
 * @throws AppError `auth.required`, `auth.cross_site`, `auth.token_…`, `auth.sign_in_ended`, and what the key cache throws
 */
export async function authenticate(
  deps: AuthenticateDeps,
  request: FastifyRequest,
  contentTypes: readonly string[] = JSON_ONLY,
): Promise<Caller> {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) return authenticateBearer(deps, authorization, request.clientAddress);
  if (request.headers.cookie === undefined) throw new AppError('auth.required');
  checkCrossSite(request, deps.origin, contentTypes);
  const found = await deps.identity.findSession(request.headers);
  if (!found) throw new AppError('auth.required');
  const { person, session } = found;
  return { kind: 'person', actor: { kind: 'person', personId: person.id }, person, session };
}

async function authenticateBearer(deps: AuthenticateDeps, authorization: string, address: string): Promise<Caller> {
  const text = parseBearer(authorization);
  if (text === null) throw new AppError('auth.required', { detail: 'The Authorization header holds no bearer.' });
  // The form of the text decides what it is read as, and it is read as one thing only.
  if (COMPACT_JWT.test(text)) return deps.accessTokens.verify(text);
  const { organizationId, apiKey, boundBy, person } = await deps.apiKeys.verify(text, ['admin', 'deploy'], address);
  return {
    kind: 'api_key',
    actor: { kind: 'api_key', apiKeyId: apiKey.id, personId: person?.id },
    apiKey,
    organizationId,
    person,
    boundingRoles: boundBy.roles,
  };
}
