import { createHmac } from 'node:crypto';
import type { Secret } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import type { Pool } from 'pg';
import { networkOf } from './network-of.ts';

/** Days an address stays known after the last sign-in from it. */
const KNOWN_DAYS = ACCOUNT_LIMITS.knownAddress.value;

/** An account by its e-mail address, and the address of a sign-in attempt. */
export interface SignInAttempt {
  readonly email: string;
  readonly address: string;
}

/** From where each person has signed in with success. */
export interface SignInAddresses {
  /** One look-up, whether or not there is such an account. */
  isKnown(from: SignInAttempt): Promise<boolean>;
  remember(personId: string, from: SignInAttempt): Promise<void>;
}

/** @param secret the table holds HMACs under it, never an address */
export function createSignInAddresses(pool: Pool, secret: Secret): SignInAddresses {
  const hash = ({ email, address }: SignInAttempt) =>
    createHmac('sha256', secret.reveal())
      .update(JSON.stringify(['sign-in address', email.toLowerCase(), networkOf(address)]))
      .digest();
  return {
    async isKnown(from) {
      const found = await pool.query(
        'SELECT FROM identity.sign_in_addresses WHERE address_hash = $1 AND last_used_at > now() - make_interval(days => $2)',
        [hash(from), KNOWN_DAYS],
      );
      return found.rows.length > 0;
    },
    async remember(personId, from) {
      await pool.query(
        'DELETE FROM identity.sign_in_addresses WHERE last_used_at < now() - make_interval(days => $1)',
        [KNOWN_DAYS],
      );
      await pool.query(
        `INSERT INTO identity.sign_in_addresses (address_hash, person_id, last_used_at) VALUES ($1, $2, now())
         ON CONFLICT (address_hash) DO UPDATE SET person_id = excluded.person_id, last_used_at = excluded.last_used_at`,
        [hash(from), personId],
      );
    },
  };
}
