import { findKeyText } from '@patchbay/domain/api-keys';
import { AppError } from '@patchbay/foundation';

/** Takes note of an API key that somebody let strangers read, to revoke it; returns at once. */
export type RevokeExposedKey = (text: string) => void;

/** @see RFC 6750 §2.3, which calls it insecure; 2026-07-28 basic/authorization forbids it */
const TOKEN_PARAMETER = /[?&]access_token=/;

/**
 * Refuses tokens in the address: it is in logs, histories and `Referer` headers on the way. A key of ours that was sent
 * this way is revoked, whoever sent it: the first one of an address, since an address can carry hundreds of texts.
 *
 * @throws AppError edge.token_in_url
 */
export function refuseUrlTokens(target: string, revoke: RevokeExposedKey): void {
  const text = target.includes('pbk_') ? findKeyText(target) : null;
  if (text === null && !TOKEN_PARAMETER.test(target)) return;
  if (text !== null) revoke(text);
  throw new AppError('edge.token_in_url');
}
