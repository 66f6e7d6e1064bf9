/** Invitations as better-auth keeps them: listed, made, given a new link and taken back, each change audited. */
import type { Tx } from '@patchbay/domain';
import { isRole } from '@patchbay/domain/organizations';
import { AppError, newId } from '@patchbay/foundation';
import { INVITATION_SECONDS } from './account-rules.ts';
import { audited, auditedInTurn, type IdentityDeps, type IdentityParts, ownRow } from './audited-change.ts';
import type { Identity, IdentityChange, IssuedInvitation, StoredInvitation } from './identity.ts';
import { hashOfSecret, newLinkSecret } from './link-secret.ts';

export async function listInvitations({ auth }: IdentityDeps, organizationId: string): Promise<StoredInvitation[]> {
  const { adapter } = await auth.$context;
  const rows = await adapter.findMany<InvitationRow>({
    model: 'invitation',
    where: [{ field: 'organizationId', value: organizationId }],
    sortBy: { field: 'createdAt', direction: 'desc' },
    limit: 200,
  });
  return rows.map(toInvitation);
}

export async function findInvitation(
  { auth }: IdentityDeps,
  organizationId: string,
  id: string,
): Promise<StoredInvitation | null> {
  const { adapter } = await auth.$context;
  const row = await adapter.findOne<InvitationRow>({ model: 'invitation', where: ownRow(organizationId, id) });
  return row && toInvitation(row);
}

export async function invite(
  deps: IdentityDeps & { readonly tx: Tx },
  change: IdentityChange,
  input: Parameters<Identity['invite']>[2],
): Promise<IssuedInvitation> {
  const id = newId('invitation');
  const { email, role } = input;
  const target = { type: 'invitation', id };
  const entry = { operation: 'INSERT', action: 'invitation.created', target, after: { email, role } } as const;
  return audited(deps, change, entry, async () => {
    await refuseOpenInvitation(deps, change, { id, email });
    const { adapter } = await deps.auth.$context;
    const { secret, stored } = newLink(deps);
    const row = await adapter.create<Record<string, unknown>, InvitationRow>({
      model: 'invitation',
      data: {
        id,
        email,
        role,
        status: 'pending',
        organizationId: change.organization.id,
        inviterId: input.inviterId,
        createdAt: deps.clock.now(),
        ...stored,
      },
      forceAllowId: true,
    });
    return { invitation: toInvitation(row), secret, mailed: await deps.requests.mailInvitation(id, email) };
  });
}

export async function reissueInvitation(
  deps: IdentityParts,
  change: IdentityChange,
  { id, email, role }: StoredInvitation,
): Promise<IssuedInvitation> {
  const target = { type: 'invitation', id };
  const entry = { operation: 'UPDATE', action: 'invitation.reissued', target, after: { email, role } } as const;
  return auditedInTurn(deps, change, entry, async () => {
    await refuseOpenInvitation(deps, change, { id, email });
    const { adapter } = await deps.auth.$context;
    const { secret, stored } = newLink(deps);
    const where = [...ownRow(change.organization.id, id), { field: 'status', value: 'pending' }];
    const renewed = await adapter.updateMany({ model: 'invitation', where, update: stored });
    const invitation = renewed === 0 ? null : await findInvitation(deps, change.organization.id, id);
    if (!invitation) throw new AppError('admin.not_found');
    await deps.links.dropOfInvitation(id);
    return { invitation, secret, mailed: await deps.requests.mailInvitation(id, email) };
  });
}

/** The secret of a link, and its stored hash. */
function newLink({ clock }: IdentityDeps) {
  const secret = newLinkSecret();
  const expiresAt = new Date(clock.now().getTime() + INVITATION_SECONDS * 1000);
  return { secret, stored: { secretHash: hashOfSecret(secret).toString('base64url'), expiresAt } };
}

/** One open invitation per address. Called under the lock. @throws AppError `admin.already_member` */
async function refuseOpenInvitation(
  deps: IdentityDeps,
  { organization }: IdentityChange,
  { id, email }: Pick<StoredInvitation, 'id' | 'email'>,
): Promise<void> {
  const now = deps.clock.now();
  const open = (await listInvitations(deps, organization.id)).some(
    (row) => row.id !== id && row.email === email && row.status === 'pending' && row.expiresAt > now,
  );
  if (open) throw new AppError('admin.already_member', { detail: 'An invitation to this address is open already.' });
}

export async function cancelInvitation(deps: IdentityParts, change: IdentityChange, id: string): Promise<void> {
  const entry = { operation: 'UPDATE', action: 'invitation.revoked', target: { type: 'invitation', id } } as const;
  await auditedInTurn(deps, change, entry, async () => {
    const { adapter } = await deps.auth.$context;
    const canceled = await adapter.updateMany({
      model: 'invitation',
      where: [...ownRow(change.organization.id, id), { field: 'status', value: 'pending' }],
      update: { status: 'canceled' },
    });
    if (canceled === 0) throw new AppError('admin.not_found');
  });
}

interface InvitationRow extends Omit<StoredInvitation, 'role' | 'status'> {
  readonly role: string;
  readonly status: string;
}

function toInvitation({ id, email, role, status, createdAt, expiresAt }: InvitationRow): StoredInvitation {
  return {
    id,
    email,
    createdAt,
    expiresAt,
    role: isRole(role) ? role : 'member',
    status: status === 'accepted' || status === 'rejected' || status === 'canceled' ? status : 'pending',
  };
}
