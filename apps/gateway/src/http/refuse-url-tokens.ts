import { findKeyText } from '@patchbay/domain/api-keys';
import { AppError } from '@patchbay/foundation';

/** Schedules the revocation of an exposed API key; returns at once. */
export type RevokeExposedKey = (text: string) => void;

/** @see RFC 6750 §2.3, which calls it insecure; 2026-07-28 basic/authorization forbids it */
const TOKEN_PARAMETER = /[?&]access_token=/;

/**
 * Refuses tokens in the URL: it is in logs, histories and `Referer` headers on the way. An API key that was sent this
 * way is revoked, for every sender: only the first one of a URL, since a URL can carry hundreds of texts.
 *
 * @throws AppError edge.token_in_url
 */
export function refuseUrlTokens(target: string, revoke: RevokeExposedKey): void {
  const text = target.includes('pbk_') ? findKeyText(target) : null;
  if (text === null && !TOKEN_PARAMETER.test(target)) return;
  if (text !== null) revoke(text);
  throw new AppError('edge.token_in_url');
}
