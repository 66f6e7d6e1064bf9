import type { Logger } from '@patchbay/foundation';
import type { Pool } from 'pg';

/** A person's session as they may see it: nothing in it opens one. */
export interface OwnSession {
  readonly id: string;
  readonly createdAt: Date;
  /** To within `SEEN_EVERY_MS`. */
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly secondFactor: boolean;
}

/** A session that is used all the time writes one row in this time. */
const SEEN_EVERY_MS = 300_000;

interface Row {
  readonly id: string;
  readonly created_at: Date;
  readonly seen_at: Date;
  readonly expires_at: Date;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
  readonly second_factor_at: Date | null;
}

/**
 * The sessions of one person at a time. With a session end the sessions of the authorization server that belong to it, by
 * foreign key.
 */
export class OwnSessions {
  readonly #pool: Pool;
  readonly #logger: Logger;

  constructor({ pool, logger }: { readonly pool: Pool; readonly logger: Logger }) {
    this.#pool = pool;
    this.#logger = logger;
  }

  /** Those in force, last seen first. */
  async list(personId: string): Promise<readonly OwnSession[]> {
    const { rows } = await this.#pool.query<Row>(
      `SELECT id, created_at, COALESCE(last_seen_at, updated_at) AS seen_at, expires_at, ip_address, user_agent,
         second_factor_at
       FROM identity.sessions WHERE person_id = $1 AND expires_at > now() ORDER BY seen_at DESC, id`,
      [personId],
    );
    return rows.map((row) => ({
      id: row.id,
      createdAt: row.created_at,
      lastSeenAt: row.seen_at,
      expiresAt: row.expires_at,
      address: row.ip_address || null,
      userAgent: row.user_agent || null,
      secondFactor: row.second_factor_at !== null,
    }));
  }

  /** @returns whether the person had such a session */
  async end(personId: string, sessionId: string): Promise<boolean> {
    const sql = 'DELETE FROM identity.sessions WHERE id = $1 AND person_id = $2';
    return (await this.#pool.query(sql, [sessionId, personId])).rowCount === 1;
  }

  /** @returns how many ended */
  async endOthers(personId: string, keptSessionId: string): Promise<number> {
    const sql = 'DELETE FROM identity.sessions WHERE person_id = $1 AND id <> $2';
    return (await this.#pool.query(sql, [personId, keptSessionId])).rowCount ?? 0;
  }

  /** Notes beside the request that the session was used. A lost note is made up for by the next request. */
  noteSeen(session: { readonly id: string; readonly lastSeenAt?: Date | null | undefined }): void {
    if (session.lastSeenAt && Date.now() - session.lastSeenAt.getTime() < SEEN_EVERY_MS) return;
    this.#pool
      .query('UPDATE identity.sessions SET last_seen_at = now() WHERE id = $1', [session.id])
      .catch((error: Error) => this.#logger.debug({ err: error }, 'a session was not noted as seen'));
  }
}
