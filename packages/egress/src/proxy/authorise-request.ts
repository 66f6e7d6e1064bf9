import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '@patchbay/foundation';
import type { EgressRule } from '@patchbay/sandbox-protocol';
import { hostName } from '../addresses/match-destination.ts';
import type { CredentialReferences } from '../credentials/credentials.ts';
import { READABLE_ENCODINGS, spellingsOf } from '../credentials/hide-credential.ts';
import { CREDENTIAL_HEADER, type Headers, requestHeaders } from './header-rules.ts';

const HEADER =
  /^(authorization|cookie2?|.*(api|access|auth|private|secret|session|service|subscription)[-_]?(key|token|secret|auth|id|bearer)|.*-token|token|api-?key)$/;
const PARAMETER =
  /^(access_?token|auth_?token|oauth_?token|id_?token|token|api[-_]?key|key|client_?secret|secret|password|session_?id|sig|signature)$/i;

function withoutOwnHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HEADER.test(name)));
}

/** Path and query of the URL without parameters that carry an authority. */
function pathWithoutOwnParameters(url: URL): string {
  const found = [...url.searchParams.keys()].filter((name) => PARAMETER.test(name));
  if (found.length === 0) return `${url.pathname}${url.search}`;
  const clean = new URL(url);
  for (const name of found) clean.searchParams.delete(name);
  return `${clean.pathname}${clean.search}`;
}

export interface AuthorisedRequest {
  readonly headers: Headers;
  /** Path and query. */
  readonly path: string;
  /** Forms of the credential that was put in, to be hidden in the answer. */
  readonly spellings: readonly string[];
}

/**
 * The headers sent for a request to a declared destination: on a credential host the caller's credential or none, and
 * never the connector's own; elsewhere the connector's headers.
 *
 * @throws AppError `egress.header_refused`, `egress.credential_refused`
 */
export function authorise(
  given: IncomingHttpHeaders,
  url: URL,
  by: { rule: EgressRule; credentials: CredentialReferences | undefined },
): AuthorisedRequest {
  const headers = requestHeaders(given, url.host);
  const reference = given[CREDENTIAL_HEADER];
  const isCredentialHost = by.credentials?.isCredentialHost(hostName(url.hostname)) ?? false;
  if (reference === undefined && !isCredentialHost)
    return { headers, path: `${url.pathname}${url.search}`, spellings: [] };
  const own = withoutOwnHeaders(headers);
  const path = pathWithoutOwnParameters(url);
  if (reference === undefined) {
    if (by.rule.anonymous) return { headers: own, path, spellings: [] };
    throw new AppError('egress.credential_refused', {
      detail: `${url.hostname} is asked with the caller’s credential only, and the request names none.`,
    });
  }
  if (!by.credentials || typeof reference !== 'string') {
    throw new AppError('egress.credential_refused', { detail: 'This sandbox was given no credential.' });
  }
  const { header, secret } = by.credentials.grantFor(reference, url);
  const value = `${header.prefix}${secret.reveal()}`;
  return {
    headers: { ...own, [header.name.toLowerCase()]: value, 'accept-encoding': READABLE_ENCODINGS },
    path,
    spellings: spellingsOf(secret.reveal(), value),
  };
}
