/** Those who are invited to an organization. */
import { listMembers, mayGrantRole } from '@patchbay/domain/organizations';
import { AppError, emailAddress, idOf } from '@patchbay/foundation';
import { z } from 'zod';
import type * as identity from '../../identity/identity.ts';
import { type Access, requirePerson } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { type AdminDeps, onceOnly, scopeOf } from '../definition/endpoint.ts';
import { Instant, OrganizationParams, pageOf, Role } from './parts.ts';

const InvitationParams = OrganizationParams.extend({ invitation: idOf('invitation') });

export const Invitation = z
  .object({
    id: z.string(),
    email: z.email(),
    role: Role,
    status: z.enum(['pending', 'accepted', 'rejected', 'canceled', 'expired']),
    createdAt: Instant,
    expiresAt: Instant,
  })
  .meta({ id: 'Invitation' });

export const IssuedInvitation = Invitation.extend({
  url: z.url().nullable().meta({
    description:
      'Where the invited person accepts, after signing in with this e-mail address. Shown this once: null where a repeated request is answered; `reissue` makes a new one.',
  }),
  mailed: z.boolean().meta({
    description:
      'Whether a link is on its way to the invited person by mail, too: a mail server is set up, and the address did not get too many mails.',
  }),
}).meta({ id: 'IssuedInvitation' });

function presentInvitation(invitation: identity.StoredInvitation, now: Date) {
  const expired = invitation.status === 'pending' && invitation.expiresAt <= now;
  return {
    id: invitation.id,
    email: invitation.email,
    role: invitation.role,
    status: expired ? ('expired' as const) : invitation.status,
    createdAt: invitation.createdAt.toISOString(),
    expiresAt: invitation.expiresAt.toISOString(),
  };
}

/** With the link: for the answer to its creator, and nowhere else. */
function presentIssued({ invitation, secret, mailed }: identity.IssuedInvitation, { origin, clock }: AdminDeps) {
  return { ...presentInvitation(invitation, clock.now()), mailed, url: `${origin}/-/invitations/${secret.reveal()}` };
}

/** The invitation of the path, if it is among those the caller is shown. @throws AppError `admin.not_found` */
async function invitationOf(
  call: { readonly access: Access; readonly params: { readonly invitation: string } },
  deps: AdminDeps,
): Promise<identity.StoredInvitation> {
  const invitation = await deps.identity.findInvitation(call.access.organization.id, call.params.invitation);
  if (!invitation || !mayGrantRole(call.access.roles, invitation.role)) throw new AppError('admin.not_found');
  return invitation;
}

export const listInvitations = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/invitations',
  summary: 'List invitations to roles that the caller may give',
  tag: 'Members',
  permission: 'members:write',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: pageOf(Invitation, 'InvitationPage'),
}).inOrganization(async (call, deps) => {
  requirePerson(call.caller, 'invitations');
  const invitations = await deps.identity.listInvitations(call.access.organization.id);
  const now = deps.clock.now();
  const shown = invitations.filter(({ role }) => mayGrantRole(call.access.roles, role));
  return { items: shown.map((entry) => presentInvitation(entry, now)), nextCursor: null };
});

export const createInvitation = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/invitations',
  summary: 'Invite a person by e-mail address; the answer holds the link to hand over',
  tag: 'Members',
  permission: 'members:write',
  audit: 'invitation.created',
  params: OrganizationParams,
  body: z.object({ email: emailAddress(), role: Role.default('member') }),
  reply: IssuedInvitation,
  status: 201,
  idempotent: true,
  shownOnce: ['url'],
}).inOrganization(async (call, deps) => {
  const { person, actor } = requirePerson(call.caller, 'invitations');
  const { organization, roles } = call.access;
  if (!mayGrantRole(roles, call.body.role)) throw new AppError('admin.role_above_own');
  return deps.identity.inTurn(organization.id, (tx) =>
    onceOnly(tx, call, async () => {
      const email = call.body.email.toLowerCase();
      const members = await listMembers(tx);
      if (members.some((member) => member.email.toLowerCase() === email)) throw new AppError('admin.already_member');
      const change = { organization, actor, requestId: call.requestId };
      const issued = await deps.identity.invite(tx, change, { email, role: call.body.role, inviterId: person.id });
      return presentIssued(issued, deps);
    }),
  );
});

export const reissueInvitation = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/invitations/:invitation/reissue',
  summary: 'Make a new link, good for a week, for an invitation that is open or expired; the link before opens nothing',
  tag: 'Members',
  permission: 'members:write',
  audit: 'invitation.reissued',
  params: InvitationParams,
  reply: IssuedInvitation,
}).inOrganization(async (call, deps) => {
  const { actor } = requirePerson(call.caller, 'invitations');
  const invitation = await invitationOf(call, deps);
  const members = await deps.database.withOrganization(scopeOf(call), listMembers);
  if (members.some((member) => member.email === invitation.email)) throw new AppError('admin.already_member');
  const change = { organization: call.access.organization, actor, requestId: call.requestId };
  return presentIssued(await deps.identity.reissueInvitation(change, invitation), deps);
});

export const cancelInvitation = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/invitations/:invitation',
  summary: 'Withdraw an invitation',
  tag: 'Members',
  permission: 'members:write',
  audit: 'invitation.revoked',
  params: InvitationParams,
}).inOrganization(async (call, deps) => {
  const { actor } = requirePerson(call.caller, 'invitations');
  const { id } = await invitationOf(call, deps);
  const change = { organization: call.access.organization, actor, requestId: call.requestId };
  await deps.identity.cancelInvitation(change, id);
  return undefined;
});
