import { findKeyText } from '@patchbay/domain/api-keys';
import { AppError } from '@patchbay/foundation';

/** Schedules that an exposed API key is revoked, or the grant of an exposed token or code ended; returns at once. */
export type RevokeExposed = (text: string) => void;

/** @see RFC 6750 §2.3, which calls it insecure; 2026-07-28 basic/authorization forbids it */
const TOKEN_PARAMETER = /[?&](?:access_token|refresh_token)=/;
/** A refresh token or code as the provider makes it. Identity providers send codes of this form to us, which are not ours. */
const OPAQUE_PARAMETER =
  /[?&](?:access_token|refresh_token|token|code)=(?:Bearer )?([A-Za-z0-9_-]{43})(?![A-Za-z0-9_.~-])/;
/** Where a code belongs into the body. @see RFC 6749 §4.1.3 */
const CODE_AT_ENDPOINT = /^(?:\/(?:token|revoke)|\/api\/[^?]*|[^?]*\/mcp\/?)\?(?:[^#]*&)?code=/;
/** The type of our access tokens. Links to confirm an address hold JWTs too, of other types. @see RFC 9068 §2.1 */
const ACCESS_TOKEN_TYPE = /"typ"\s*:\s*"(?:application\/)?at\+jwt"/i;

/**
 * Refuses tokens in the URL: it is in logs, histories and `Referer` headers on the way. An API key that was sent this
 * way is revoked, and the grant of a token or code ended, for every sender: only the first one of a URL, since a URL can
 * carry hundreds of texts.
 *
 * @throws AppError edge.token_in_url
 */
export function refuseUrlTokens(target: string, revoke: RevokeExposed): void {
  const query = decoded(target);
  const text = (query.includes('pbk_') ? findKeyText(query) : null) ?? findAccessToken(query);
  const exposed = text ?? OPAQUE_PARAMETER.exec(query)?.[1] ?? null;
  if (exposed !== null) revoke(exposed);
  if (text === null && !TOKEN_PARAMETER.test(query) && !CODE_AT_ENDPOINT.test(query)) return;
  throw new AppError('edge.token_in_url');
}

/** Names and values can be percent-encoded, and are read decoded behind the edge. */
function decoded(target: string): string {
  if (!target.includes('%')) return target;
  return target.replaceAll(/%[0-7][0-9a-f]/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}

/** The first access token in it, valid or not. Takes time in proportion to the text, whatever it holds. */
function findAccessToken(text: string): string | null {
  if (!text.includes('eyJ')) return null;
  for (const word of text.split(/[^A-Za-z0-9_.-]+/)) {
    const parts = word.split('.');
    const at = parts.findIndex(
      (head, index) => index + 2 < parts.length && head.startsWith('eyJ') && isAccessTokenHead(head),
    );
    if (at >= 0) return parts.slice(at, at + 3).join('.');
  }
  return null;
}

const isAccessTokenHead = (head: string) => ACCESS_TOKEN_TYPE.test(Buffer.from(head, 'base64url').toString('latin1'));
