/** Single-use links that create the first owner. Only their hashes are kept, so that the table yields none. */

import type { Clock } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import type { Pool } from 'pg';
import { hashOfLink, hashOfSecret, newLinkSecret } from './link-secret.ts';

const LIFETIME_MS = ACCOUNT_LIMITS.setupLink.value * 1000;

export interface SetupLinks {
  /** A new token while no organization has an owner, invalidating all earlier ones; null otherwise. */
  create(): Promise<string | null>;
  /** Whether the token would work now. */
  isOpen(token: string): Promise<boolean>;
  /** Takes the token, at most once ever, and runs the work; gives it back when the work fails. False: not open. */
  use(token: string, work: () => Promise<void>): Promise<boolean>;
}

/** A person alone owns nothing yet: making the organization may have failed, or sign-up is open. */
const OWNERS = "SELECT FROM identity.members WHERE role = 'owner' LIMIT 1";
const OPEN = `hash = $1 AND used_at IS NULL AND expires_at > $2
  AND NOT EXISTS (${OWNERS})`;

export function createSetupLinks(pool: Pool, clock: Clock): SetupLinks {
  return {
    async create() {
      const owners = await pool.query(OWNERS);
      if (owners.rows.length > 0) return null;
      const token = newLinkSecret();
      const expiresAt = new Date(clock.now().getTime() + LIFETIME_MS);
      await pool.query('DELETE FROM identity.setup_links');
      await pool.query('INSERT INTO identity.setup_links (hash, expires_at) VALUES ($1, $2)', [
        hashOfSecret(token),
        expiresAt,
      ]);
      return token.reveal();
    },
    async isOpen(token) {
      const hash = hashOfLink(token);
      if (hash === null) return false;
      // sql: a condition of this file, no value
      const found = await pool.query(`SELECT FROM identity.setup_links WHERE ${OPEN}`, [hash, clock.now()]);
      return found.rows.length > 0;
    },
    async use(token, work) {
      const hash = hashOfLink(token);
      if (hash === null) return false;
      // sql: a condition of this file, no value
      const taken = await pool.query(`UPDATE identity.setup_links SET used_at = $2 WHERE ${OPEN}`, [hash, clock.now()]);
      if (taken.rowCount !== 1) return false;
      try {
        await work();
      } catch (error) {
        await pool.query('UPDATE identity.setup_links SET used_at = NULL WHERE hash = $1', [hash]);
        throw error;
      }
      return true;
    },
  };
}
