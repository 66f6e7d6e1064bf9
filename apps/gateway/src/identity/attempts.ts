/**
 * Limits on attempts to open an account or the installation. The holder of an open link is counted by the link alone,
 * so that others cannot lock them out. Passwords are counted per address and, for addresses from which the account
 * never signed in, per account for all of those together: guessing is slow from anywhere, and a flood from elsewhere
 * does not affect an owner at a known address. Whether the account exists changes neither answers nor queries.
 */

import { AppError, type ErrorCode } from '@patchbay/foundation';
import { ACCOUNT_LIMITS, MAIL_LIMITS } from '@patchbay/foundation/limits';
import type { EphemeralStore } from '../ephemeral-store/ephemeral-store.ts';
import { networkOf } from './network-of.ts';
import type { SignInAddresses, SignInAttempt } from './sign-in-addresses.ts';

export interface Attempts {
  /** For a page whose link opens nothing. @throws AppError `auth.too_many_attempts` */
  admitClosedLink(address: string): Promise<void>;
  /** For a page whose link is open. @throws AppError `auth.too_many_link_attempts` */
  admitOpenLink(secret: string): Promise<void>;
  /** Before a password is looked at. @throws AppError `auth.too_many_attempts`, `auth.too_many_account_attempts` */
  admitPassword(from: SignInAttempt): Promise<void>;
  /** Before a code of a second factor is looked at. @throws as `admitPassword` */
  admitCode(from: SignInAttempt): Promise<void>;
  /** Before mail is sent to an address that the caller named. @throws AppError `auth.too_many_attempts`, `auth.too_many_mails` */
  admitMail(from: SignInAttempt): Promise<void>;
  /** After it was right. */
  remember(personId: string, from: SignInAttempt): Promise<void>;
}

const WINDOW_SECONDS = ACCOUNT_LIMITS.attemptWindow.value;
/** Per window. */
export const CLOSED_LINKS_PER_ADDRESS_MAX = ACCOUNT_LIMITS.closedLinksPerAddress.value;
export const REQUESTS_PER_LINK_MAX = ACCOUNT_LIMITS.requestsPerLink.value;
export const PASSWORDS_PER_ADDRESS_MAX = ACCOUNT_LIMITS.passwordsPerAddress.value;
/** From all addresses that are new to the account, together. */
export const NEW_ADDRESS_PASSWORDS_MAX = ACCOUNT_LIMITS.passwordsPerAccount.value;

export function createAttempts(deps: {
  readonly ephemeralStore: EphemeralStore;
  readonly known: SignInAddresses;
}): Attempts {
  const { ephemeralStore, known } = deps;
  const admit = async (
    key: readonly string[],
    max: number,
    refusal: ErrorCode,
    windowSeconds: number = WINDOW_SECONDS,
  ) => {
    const { allowed, retryAfterSeconds } = await ephemeralStore.admit(key, { max, windowSeconds });
    if (!allowed) throw new AppError(refusal, { retryAfterSeconds });
  };
  return {
    admitClosedLink: (address) =>
      admit(['closed link', networkOf(address)], CLOSED_LINKS_PER_ADDRESS_MAX, 'auth.too_many_attempts'),
    admitOpenLink: (secret) => admit(['open link', secret], REQUESTS_PER_LINK_MAX, 'auth.too_many_link_attempts'),
    async admitPassword(from) {
      const network = networkOf(from.address);
      await admit(['password', network], PASSWORDS_PER_ADDRESS_MAX, 'auth.too_many_attempts');
      if (await known.isKnown(from)) return;
      const key = ['password from a new address', from.email.toLowerCase()];
      await admit(key, NEW_ADDRESS_PASSWORDS_MAX, 'auth.too_many_account_attempts');
    },
    async admitCode(from) {
      await admit(['code', networkOf(from.address)], ACCOUNT_LIMITS.codesPerAddress.value, 'auth.too_many_attempts');
      if (await known.isKnown(from)) return;
      const key = ['code from a new address', from.email.toLowerCase()];
      await admit(key, ACCOUNT_LIMITS.codesPerAccount.value, 'auth.too_many_account_attempts');
    },
    async admitMail(from) {
      const windowSeconds = MAIL_LIMITS.mailWindow.value;
      const network = ['mail', networkOf(from.address)];
      await admit(network, MAIL_LIMITS.mailRequestsPerNetwork.value, 'auth.too_many_attempts', windowSeconds);
      const email = from.email.toLowerCase();
      const [key, max] = (await known.isKnown(from))
        ? [['mail, from a known address', email], MAIL_LIMITS.mailsPerKnownAddress.value]
        : [['mail, from new addresses', email], MAIL_LIMITS.mailsPerAddress.value];
      await admit(key, max, 'auth.too_many_mails', windowSeconds);
    },
    remember: (personId, from) => known.remember(personId, from),
  };
}
