import { newId } from '@patchbay/foundation';
import type pg from 'pg';

/** The subject of a delivery: exactly one of the two. */
export type DeliverySubject = { readonly personId: string } | { readonly invitationId: string };

export interface NewDelivery {
  readonly kind: string;
  readonly subject: DeliverySubject;
  /** After this it is of no use to its receiver, and given up. */
  readonly goodForSeconds: number;
}

/** An open delivery that one sender holds for the length of its lease. */
export interface Delivery {
  /** Stays the same for every attempt, so that the receiver can recognize a repetition. */
  readonly id: string;
  readonly kind: string;
  readonly personId: string | null;
  readonly invitationId: string | null;
  /** With the present one. */
  readonly attempts: number;
  readonly expiresAt: Date;
}

export interface DeliveryCounts {
  readonly waiting: number;
  readonly oldestSeconds: number;
  readonly givenUp: number;
}

/** The meaning of rows that this release writes, and the latest that it reads. */
const FORMAT = 1;

/**
 * Mail to send, as rows that are written with their cause: a kind and an id, never a text or a link. Sent at least once.
 * Several senders share the rows; one that dies holds its rows until their lease ends.
 */
export class Deliveries {
  readonly #pool: Pick<pg.Pool, 'query'>;

  /** @param pool role `patchbay_auth`, or one connection of it, in a transaction */
  constructor(pool: Pick<pg.Pool, 'query'>) {
    this.#pool = pool;
  }

  /** @returns false when one of this kind about the same subject is open already */
  async insert({ kind, subject, goodForSeconds }: NewDelivery): Promise<boolean> {
    const personId = 'personId' in subject ? subject.personId : null;
    const invitationId = 'invitationId' in subject ? subject.invitationId : null;
    const { rowCount } = await this.#pool.query(
      `INSERT INTO identity.deliveries (id, format, kind, person_id, invitation_id, open_key, expires_at)
       VALUES ($1, $2, $3, $4, $5, $3 || ' ' || coalesce($4, $5), now() + make_interval(secs => $6))
       ON CONFLICT (open_key) DO NOTHING`,
      [newId('delivery'), FORMAT, kind, personId, invitationId, goodForSeconds],
    );
    return rowCount === 1;
  }

  /** Takes due deliveries. Each is due again when its lease ends without a result. */
  async claim(rowsMax: number, leaseSeconds: number): Promise<Delivery[]> {
    const { rows } = await this.#pool.query<Delivery>(
      `UPDATE identity.deliveries SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
       WHERE id IN (SELECT d.id FROM identity.deliveries d WHERE d.next_attempt_at <= now() AND d.format <= $3
         ORDER BY d.next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id, kind, person_id AS "personId", invitation_id AS "invitationId", attempts, expires_at AS "expiresAt"`,
      [rowsMax, leaseSeconds, FORMAT],
    );
    return rows;
  }

  /** A sender whose lease has ended changes nothing: another one has the row. */
  async recordDelivered({ id, attempts }: Delivery): Promise<void> {
    await this.#pool.query(
      `UPDATE identity.deliveries SET delivered_at = now(), next_attempt_at = NULL, open_key = NULL, problem = NULL
       WHERE id = $1 AND attempts = $2 AND next_attempt_at IS NOT NULL`,
      [id, attempts],
    );
  }

  /** @param next null: it is given up */
  async recordFailure({ id, attempts }: Delivery, problem: string, next: Date | null): Promise<void> {
    await this.#pool.query(
      `UPDATE identity.deliveries SET problem = $3, next_attempt_at = $4,
         given_up_at = CASE WHEN $4::timestamptz IS NULL THEN now() END,
         open_key = CASE WHEN $4::timestamptz IS NULL THEN NULL ELSE open_key END
       WHERE id = $1 AND attempts = $2 AND next_attempt_at IS NOT NULL`,
      [id, attempts, problem, next],
    );
  }

  /** @param givenUpSeconds how far back to count what was given up */
  async count(givenUpSeconds: number): Promise<DeliveryCounts> {
    const { rows } = await this.#pool.query<DeliveryCounts>(
      `SELECT count(*) FILTER (WHERE next_attempt_at IS NOT NULL)::int AS waiting,
         coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE next_attempt_at IS NOT NULL)), 0)::int
           AS "oldestSeconds",
         count(*) FILTER (WHERE given_up_at > now() - make_interval(secs => $1))::int AS "givenUp"
       FROM identity.deliveries`,
      [givenUpSeconds],
    );
    return rows[0] ?? { waiting: 0, oldestSeconds: 0, givenUp: 0 };
  }

  /** Removes rows that ended, and links that no longer open anything. */
  async dropEnded(ageSeconds: number): Promise<void> {
    await this.#pool.query(
      `DELETE FROM identity.deliveries
       WHERE next_attempt_at IS NULL AND created_at < now() - make_interval(secs => $1)`,
      [ageSeconds],
    );
    await this.#pool.query('DELETE FROM identity.mail_links WHERE expires_at < now()');
  }
}
