import type { Delivery } from '@patchbay/domain/deliveries';
import type { Pool } from 'pg';
import type { OutgoingMail } from '../mail/mail-channel.ts';
import { isMailKind } from './mail-kinds.ts';
import type { MailLinks } from './mail-links.ts';
import { renderMail } from './render-mail.ts';

interface Receiver {
  readonly email: string;
  readonly isProved: boolean;
  /** With an open invitation. */
  readonly slug?: string;
  readonly role?: string;
  readonly inviter?: string;
}

export interface ComposeOptions {
  readonly pool: Pool;
  readonly links: MailLinks;
  readonly origin: string;
}

/**
 * Writes the mail of a delivery at the moment it is sent, with a fresh link; null when it has become pointless: the
 * person is gone, the address is proved already, the invitation is closed.
 */
export function createComposeMail({ pool, links, origin }: ComposeOptions) {
  return async function composeMail(delivery: Delivery): Promise<Omit<OutgoingMail, 'id'> | null> {
    const { kind } = delivery;
    if (!isMailKind(kind)) return null;
    const receiver = await findReceiver(pool, delivery);
    if (!receiver || (kind === 'prove_address' && receiver.isProved)) return null;
    const { email: to } = receiver;
    if (kind === 'account_exists' || kind === 'password_changed') {
      return { to, ...renderMail({ kind, origin, to }) };
    }
    const secret = await links.issue(kind, delivery);
    const link = `${origin}${LINK_PATHS[kind]}/${secret.reveal()}`;
    if (kind !== 'invitation') return { to, ...renderMail({ kind, origin, to, link }) };
    const { slug = '', role = '', inviter = '' } = receiver;
    return { to, ...renderMail({ kind, origin, to, link, slug, role, inviter }) };
  };
}

/** The page behind each kind of link. */
export const LINK_PATHS = {
  prove_address: '/-/prove-address',
  reset_password: '/-/reset-password',
  invitation: '/-/invitations',
} as const;

async function findReceiver(pool: Pool, { personId, invitationId }: Delivery): Promise<Receiver | undefined> {
  if (personId !== null) {
    const { rows } = await pool.query<Receiver>(
      'SELECT email, email_verified AS "isProved" FROM identity.people WHERE id = $1',
      [personId],
    );
    return rows[0];
  }
  const { rows } = await pool.query<Receiver>(
    `SELECT i.email, false AS "isProved", o.slug, i.role, p.email AS inviter FROM identity.invitations i
     JOIN identity.organizations o ON o.id = i.organization_id JOIN identity.people p ON p.id = i.inviter_id
     WHERE i.id = $1 AND i.status = 'pending' AND i.expires_at > now()`,
    [invitationId],
  );
  return rows[0];
}
