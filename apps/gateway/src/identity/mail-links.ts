import type { Secret } from '@patchbay/foundation';
import type { Pool } from 'pg';
import { hashOfLink, hashOfSecret, newLinkSecret } from './link-secret.ts';
import { LINK_SECONDS, type LinkKind } from './mail-kinds.ts';

export interface LinkedPerson {
  readonly id: string;
  readonly email: string;
  readonly isProved: boolean;
}

/**
 * The links in mails: made when a mail is sent, kept as hashes, removed by their use. Several of a kind may be open: a
 * mail that is sent twice, because its sender died, has a link of its own each time.
 */
export class MailLinks {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async issue(
    kind: LinkKind,
    subject: { readonly personId: string | null; readonly invitationId: string | null },
  ): Promise<Secret> {
    const secret = newLinkSecret();
    await this.#pool.query(
      `INSERT INTO identity.mail_links (hash, kind, person_id, invitation_id, expires_at)
       VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))`,
      [hashOfSecret(secret), kind, subject.personId, subject.invitationId, LINK_SECONDS[kind]],
    );
    return secret;
  }

  /** The person whose open link of this kind it is, or null. */
  async findPerson(kind: LinkKind, text: string): Promise<LinkedPerson | null> {
    const hash = hashOfLink(text);
    if (hash === null) return null;
    const { rows } = await this.#pool.query<LinkedPerson>(
      `SELECT p.id, p.email, p.email_verified AS "isProved" FROM identity.mail_links l
       JOIN identity.people p ON p.id = l.person_id
       WHERE l.hash = $1 AND l.kind = $2 AND l.expires_at > now()`,
      [hash, kind],
    );
    return rows[0] ?? null;
  }

  /** The invitation whose mailed link it is, or null. Whether it is still open is for the caller to see. */
  async findInvitationId(text: string): Promise<string | null> {
    const hash = hashOfLink(text);
    if (hash === null) return null;
    const { rows } = await this.#pool.query<{ id: string }>(
      `SELECT invitation_id AS id FROM identity.mail_links
       WHERE hash = $1 AND kind = 'invitation' AND expires_at > now()`,
      [hash],
    );
    return rows[0]?.id ?? null;
  }

  /** Ends the mailed links of an invitation: it has a new link, or was used. */
  async dropOfInvitation(invitationId: string): Promise<void> {
    await this.#pool.query('DELETE FROM identity.mail_links WHERE invitation_id = $1', [invitationId]);
  }
}
