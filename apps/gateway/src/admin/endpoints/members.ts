/** People of an organization, and those invited to it. */
import { emailAddress, idOf } from '@patchbay/foundation';
import { z } from 'zod';
import { defineEndpoint } from '../define-endpoint.ts';
import { ActionState, Instant, OrganizationParams, pageOf, Role } from './parts.ts';

const MemberParams = OrganizationParams.extend({ member: idOf('member') });
const InvitationParams = OrganizationParams.extend({ invitation: idOf('invitation') });

export const Member = z
  .object({
    id: z.string(),
    person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
    role: Role,
    createdAt: Instant,
    actions: z.object({ changeRole: ActionState, remove: ActionState }),
  })
  .meta({ id: 'Member' });

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
}).meta({ id: 'IssuedInvitation' });

export const listMembers = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/members',
  summary: 'List members',
  tag: 'Members',
  permission: 'members:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: pageOf(Member, 'MemberPage'),
});

export const updateMember = defineEndpoint({
  method: 'PATCH',
  path: '/organizations/:organization/members/:member',
  summary: 'Change the role of a member',
  tag: 'Members',
  permission: 'members:write',
  audit: 'member.role_changed',
  params: MemberParams,
  body: z.object({ role: Role }),
  reply: Member,
});

export const removeMember = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/members/:member',
  summary: 'Remove a member, or leave; their API keys end in the same transaction',
  tag: 'Members',
  permission: { none: 'everybody may leave; removing somebody else needs members:write, checked by the handler' },
  audit: 'member.removed',
  params: MemberParams,
});

export const listInvitations = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/invitations',
  summary: 'List invitations to roles that the caller may give',
  tag: 'Members',
  permission: 'members:write',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: pageOf(Invitation, 'InvitationPage'),
});

export const createInvitation = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/invitations',
  summary: 'Invite somebody by e-mail address; the answer holds the link to hand over',
  tag: 'Members',
  permission: 'members:write',
  audit: 'invitation.created',
  params: OrganizationParams,
  body: z.object({ email: emailAddress(), role: Role.default('member') }),
  reply: IssuedInvitation,
  status: 201,
  idempotent: true,
  shownOnce: ['url'],
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
});

export const cancelInvitation = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/invitations/:invitation',
  summary: 'Withdraw an invitation',
  tag: 'Members',
  permission: 'members:write',
  audit: 'invitation.revoked',
  params: InvitationParams,
});
