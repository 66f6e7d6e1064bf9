import { isId } from '@patchbay/foundation';
import type { Auth } from './create-auth.ts';

export interface OpenInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly organizationName: string;
}

/** The invitation while it can be accepted, otherwise null. The id is a secret: whoever has it was given the link. */
export async function findOpenInvitation(auth: Auth, id: string): Promise<OpenInvitation | null> {
  if (!isId('invitation', id)) return null;
  const { adapter } = await auth.$context;
  const found = await adapter.findOne<{
    id: string;
    email: string;
    role: string;
    status: string;
    expiresAt: Date;
    organizationId: string;
  }>({ model: 'invitation', where: [{ field: 'id', value: id }] });
  if (found?.status !== 'pending' || new Date(found.expiresAt) <= new Date()) return null;
  const organization = await adapter.findOne<{ name: string }>({
    model: 'organization',
    where: [{ field: 'id', value: found.organizationId }],
  });
  const { email, role } = found;
  return organization && { id: found.id, email, role, organizationName: organization.name };
}
