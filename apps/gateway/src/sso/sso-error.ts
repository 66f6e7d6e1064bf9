import { AppError } from '@patchbay/foundation';
import * as oauth from 'oauth4webapi';

/**
 * A failure of a sign-in at a provider, in words for the person who waits: what happened, and who can do something. Pure.
 *
 * @see OpenID Connect Core §3.1.2.6 and §3.1.3.7, RFC 6749 §4.1.2.1 and §5.2
 */
export function ssoError(error: unknown): AppError {
  if (error instanceof AppError) return fromFetch(error);
  if (error instanceof oauth.AuthorizationResponseError) {
    const said = quoted(error.error, error.error_description);
    return new AppError('sso.declined', { detail: `The identity provider answered ${said}.`, cause: error });
  }
  if (error instanceof oauth.ResponseBodyError) {
    const said = quoted(error.error, error.error_description);
    return new AppError('sso.answer_invalid', {
      detail: `The identity provider refused to exchange the code: ${said}.`,
      hint: REMEDIES[error.error] ?? DEFAULT_REMEDY,
      cause: error,
    });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const { detail, hint } = FAULTS[code] ?? { detail: 'The identity provider’s answer is not valid.' };
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError('sso.answer_invalid', {
    detail: code === oauth.INVALID_SERVER_METADATA ? `${detail} ${sentence(reason)}` : detail,
    ...(hint !== undefined && { hint }),
    internal: reason,
    cause: error,
  });
}

const DEFAULT_REMEDY = 'Try again. When it happens again, ask an owner of the organization.';
const REMEDIES: Readonly<Record<string, string>> = {
  invalid_client:
    'An owner of the organization compares client id and client secret with the identity provider’s settings.',
  invalid_grant: 'Sign in again: the code was used before or is too old.',
  unauthorized_client:
    'An owner of the organization allows the authorization code grant for this client at the identity provider.',
};

/** By code of the library. */
const FAULTS: Readonly<Record<string, { readonly detail: string; readonly hint?: string }>> = {
  [oauth.JWT_TIMESTAMP_CHECK]: {
    detail: 'Its token has expired, or comes from the future.',
    hint: 'Sign in again. When it happens again, the operator compares the clock of this machine with the identity provider’s.',
  },
  [oauth.JWT_CLAIM_COMPARISON]: {
    detail: 'Its token is for another client, another sign-in, or from another issuer.',
    hint: 'Sign in again from the start. When it happens again, an owner compares issuer and client id with the identity provider’s settings.',
  },
  [oauth.JSON_ATTRIBUTE_COMPARISON]: {
    detail: 'Its metadata names another issuer.',
    hint: 'An owner enters the issuer exactly as the identity provider’s metadata has it, for some with the id of the directory.',
  },
  [oauth.INVALID_SERVER_METADATA]: { detail: 'Its metadata cannot be used.' },
  [oauth.MISSING_SERVER_METADATA]: { detail: 'Its metadata lacks an endpoint that a sign-in needs.' },
  [oauth.KEY_SELECTION]: { detail: 'Its token is signed with a key that it does not publish.' },
  [oauth.RESPONSE_IS_NOT_JSON]: { detail: 'It answered with something else than JSON.' },
  [oauth.RESPONSE_IS_NOT_CONFORM]: { detail: 'It answered with an unexpected status.' },
};

/** Reasons of the network: the same for every caller, so that none learns about the machine's neighbours. */
function fromFetch(error: AppError): AppError {
  if (!error.code.startsWith('egress.')) return error;
  return new AppError('sso.provider_unreachable', {
    detail:
      error.code === 'egress.address_refused'
        ? 'The identity provider has an address that this installation does not call.'
        : 'The identity provider did not answer.',
    internal: `${error.code}: ${error.detail}`,
    cause: error,
  });
}

/** Words of a stranger, short and on one line. */
function quoted(code: string, description: string | undefined): string {
  const text = [code, description].filter(Boolean).join(': ');
  return `“${text.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').slice(0, 300)}”`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
