import type { IncomingHttpHeaders } from 'node:http';
import type { ApiKeyCache } from '@patchbay/domain/api-keys';
import { parseBearer } from '../http/bearer.ts';
import type { AddressBudgetOptions } from '../limits/address-budget.ts';
import type { SessionCookie } from './session-cookie.ts';

/**
 * The credential of a request, and whether it is one of ours, from memory alone: the half of `AddressBudget` that knows
 * credentials. A bearer hides a cookie, as it does for access. Each kind of credential that the gateway accepts needs its
 * line here, or requests with it count as those of strangers until they are answered.
 */
export function recognizedCredentials(deps: {
  readonly apiKeys: Pick<ApiKeyCache, 'recognizes'>;
  readonly accessTokens: { recognizes(token: string): Promise<boolean> };
  readonly sessionCookie: SessionCookie;
}): Pick<AddressBudgetOptions, 'credentialOf' | 'recognizes'> {
  const { apiKeys, accessTokens, sessionCookie } = deps;
  return {
    credentialOf: ({ authorization, cookie }: IncomingHttpHeaders) => authorization ?? sessionCookie.textOf(cookie),
    recognizes({ authorization, cookie }) {
      if (authorization === undefined) return sessionCookie.isSigned(sessionCookie.textOf(cookie) ?? '');
      const bearer = parseBearer(authorization);
      if (bearer === null) return false;
      return bearer.startsWith('pbk_') ? apiKeys.recognizes(bearer) : accessTokens.recognizes(bearer);
    },
  };
}
