import { AppError } from '@patchbay/foundation';
import * as oauth from 'oauth4webapi';

/**
 * A failure of a provider in words for the person who waits. Pure.
 *
 * @see RFC 6749 §4.1.2.1 and §5.2
 */
export function connectError(error: unknown): AppError {
  if (error instanceof AppError) return fromFetch(error);
  if (error instanceof oauth.AuthorizationResponseError) {
    return new AppError('connections.declined', {
      detail: `The provider answered ${quoted(error.error, error.error_description)}.`,
    });
  }
  if (error instanceof oauth.ResponseBodyError) {
    return new AppError('connections.answer_invalid', {
      detail: `The provider refused to exchange the code: ${quoted(error.error, error.error_description)}.`,
    });
  }
  // No cause: an error of the library can hold the response.
  const internal = error instanceof Error ? error.message : 'unknown';
  return new AppError('connections.answer_invalid', { internal });
}

/** Reasons of the network: the same for every caller, so that none learns about the machine's neighbours. */
function fromFetch(error: AppError): AppError {
  if (!error.code.startsWith('egress.')) return error;
  return new AppError('connections.provider_unreachable', { internal: `${error.code}: ${error.detail}` });
}

/** Words of a stranger, short and on one line. */
function quoted(code: string, description: string | undefined): string {
  const text = [code, description].filter(Boolean).join(': ');
  return `“${text.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').slice(0, 300)}”`;
}
