import type { Auth } from './lazy-auth.ts';
import { hashOfLink } from './link-secret.ts';
import type { MailLinks } from './mail-links.ts';

export interface OpenInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly organizationName: string;
  /** The link came by mail, so only the owner of the address has it; the inviter's link proves nothing. */
  readonly isMailed: boolean;
}

interface InvitationRow {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly status: string;
  readonly expiresAt: Date;
  readonly organizationId: string;
}

/** The invitation that the secret of a link opens, while it can be accepted; otherwise null. */
export async function findOpenInvitation(
  { auth, links }: { readonly auth: Auth; readonly links: MailLinks },
  secret: string,
): Promise<OpenInvitation | null> {
  const hash = hashOfLink(secret);
  if (hash === null) return null;
  const { adapter } = await auth.$context;
  const find = (field: string, value: string) =>
    adapter.findOne<InvitationRow>({ model: 'invitation', where: [{ field, value }] });
  const handed = await find('secretHash', hash.toString('base64url'));
  const mailedId = handed ? null : await links.findInvitationId(secret);
  const found = handed ?? (mailedId === null ? null : await find('id', mailedId));
  if (found?.status !== 'pending' || new Date(found.expiresAt) <= new Date()) return null;
  const organization = await adapter.findOne<{ name: string }>({
    model: 'organization',
    where: [{ field: 'id', value: found.organizationId }],
  });
  const { id, email, role } = found;
  return organization && { id, email, role, organizationName: organization.name, isMailed: mailedId !== null };
}
