/** Single-use links that create the first owner. Only their hashes are kept, so that the table yields none. */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '@patchbay/foundation';
import type { Pool } from 'pg';

const LIFETIME_MS = 60 * 60 * 1000;

export interface SetupLinks {
  /** A new token when nobody has an account yet, ending all earlier ones; null otherwise. */
  create(): Promise<string | null>;
  /** Whether the token would work now. */
  isOpen(token: string): Promise<boolean>;
  /** Takes the token, at most once ever, and runs the work; gives it back when the work fails. False: not open. */
  use(token: string, work: () => Promise<void>): Promise<boolean>;
}

const OPEN = `hash = $1 AND used_at IS NULL AND expires_at > $2
  AND NOT EXISTS (SELECT FROM identity.people)`;

export function createSetupLinks(pool: Pool, clock: Clock): SetupLinks {
  return {
    async create() {
      const people = await pool.query('SELECT FROM identity.people LIMIT 1');
      if (people.rows.length > 0) return null;
      const token = randomBytes(32).toString('base64url');
      const expiresAt = new Date(clock.now().getTime() + LIFETIME_MS);
      await pool.query('DELETE FROM identity.setup_links');
      await pool.query('INSERT INTO identity.setup_links (hash, expires_at) VALUES ($1, $2)', [hash(token), expiresAt]);
      return token;
    },
    async isOpen(token) {
      // sql: a condition of this file, no value
      const found = await pool.query(`SELECT FROM identity.setup_links WHERE ${OPEN}`, [hash(token), clock.now()]);
      return found.rows.length > 0;
    },
    async use(token, work) {
      // sql: a condition of this file, no value
      const taken = await pool.query(`UPDATE identity.setup_links SET used_at = $2 WHERE ${OPEN}`, [
        hash(token),
        clock.now(),
      ]);
      if (taken.rowCount !== 1) return false;
      try {
        await work();
      } catch (error) {
        await pool.query('UPDATE identity.setup_links SET used_at = NULL WHERE hash = $1', [hash(token)]);
        throw error;
      }
      return true;
    },
  };
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
