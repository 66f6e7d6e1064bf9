import type { Auth } from './lazy-auth.ts';
import { hashOfLink } from './link-secret.ts';

export interface OpenInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly organizationName: string;
}

/** The invitation that the secret of a link opens, while it can be accepted; otherwise null. */
export async function findOpenInvitation(auth: Auth, secret: string): Promise<OpenInvitation | null> {
  const hash = hashOfLink(secret);
  if (hash === null) return null;
  const { adapter } = await auth.$context;
  const found = await adapter.findOne<{
    id: string;
    email: string;
    role: string;
    status: string;
    expiresAt: Date;
    organizationId: string;
  }>({ model: 'invitation', where: [{ field: 'secretHash', value: hash.toString('base64url') }] });
  if (found?.status !== 'pending' || new Date(found.expiresAt) <= new Date()) return null;
  const organization = await adapter.findOne<{ name: string }>({
    model: 'organization',
    where: [{ field: 'id', value: found.organizationId }],
  });
  const { email, role } = found;
  return organization && { id: found.id, email, role, organizationName: organization.name };
}
