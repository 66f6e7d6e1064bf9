import { findKeyTexts } from '@patchbay/domain/api-keys';
import { AppError } from '@patchbay/foundation';

/** Revokes an API key that somebody let strangers read. */
export type RevokeExposedKey = (text: string) => Promise<void>;

/** @see RFC 6750 §2.3, which calls it insecure; 2026-07-28 basic/authorization forbids it */
const TOKEN_PARAMETER = /[?&]access_token=/;

/**
 * Refuses tokens in the address: it is in logs, histories and `Referer` headers on the way. A key of ours that was sent
 * this way is revoked, whoever sent it (security S30).
 *
 * @throws AppError edge.token_in_url
 */
export async function refuseUrlTokens(target: string, revoke: RevokeExposedKey): Promise<void> {
  const texts = target.includes('pbk_') ? findKeyTexts(target) : [];
  if (texts.length === 0 && !TOKEN_PARAMETER.test(target)) return;
  await Promise.all(texts.map(revoke));
  throw new AppError('edge.token_in_url');
}
