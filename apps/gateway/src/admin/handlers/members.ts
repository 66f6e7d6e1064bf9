import { listMembers, type Member, mayGrantRole } from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import type { IssuedInvitation, StoredInvitation } from '../../identity/identity.ts';
import { type Access, type Caller, requirePermission, requirePerson } from '../caller.ts';
import * as endpoints from '../endpoints/members.ts';
import { type AdminDeps, handleInOrganization, handleInTransaction, onceOnly, scopeOf } from '../handler.ts';
import { allowedUnless, lacks } from './allowed.ts';

export const PERSON_ONLY = 'Only a signed-in person may do this.';
export const OWNER_ONLY = 'Only an owner may give or take the role of owner.';

function present(member: Member, owners: number, access: Access, caller: Caller) {
  const self = caller.kind === 'person' && caller.person.id === member.personId;
  const lastOwner = member.role === 'owner' && owners === 1 && 'An organization keeps at least one owner.';
  const person = caller.kind !== 'person' && PERSON_ONLY;
  const above = member.role === 'owner' && !access.roles.includes('owner') && OWNER_ONLY;
  return {
    id: member.id,
    person: { id: member.personId, name: member.name, email: member.email },
    role: member.role,
    createdAt: member.createdAt.toISOString(),
    actions: {
      changeRole: allowedUnless(person, lacks(access, 'members:write'), above, lastOwner),
      remove: allowedUnless(person, !self && lacks(access, 'members:write'), !self && above, lastOwner),
    },
  };
}

function presentInvitation(invitation: StoredInvitation, now: Date) {
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

/** With the link: for the answer to whoever made it, and nowhere else. */
function presentIssued({ invitation, secret }: IssuedInvitation, { origin, clock }: AdminDeps) {
  return { ...presentInvitation(invitation, clock.now()), url: `${origin}/-/invitations/${secret.reveal()}` };
}

/** @throws AppError `admin.not_found` */
function pick(members: readonly Member[], id: string): Member {
  const member = members.find((candidate) => candidate.id === id);
  if (!member) throw new AppError('admin.not_found');
  return member;
}

const ownersAmong = (members: readonly Member[]) => members.filter(({ role }) => role === 'owner').length;

export const list = handleInTransaction(endpoints.listMembers, async (tx, { access, caller }) => {
  const members = await listMembers(tx);
  const owners = ownersAmong(members);
  return { items: members.map((member) => present(member, owners, access, caller)), nextCursor: null };
});

export const update = handleInOrganization(endpoints.updateMember, async (call, deps) => {
  const { caller, access } = call;
  requirePerson(caller, 'members');
  const member = pick(await membersOf(call, deps), call.params.member);
  if (!mayGrantRole(access.roles, call.body.role) || !mayGrantRole(access.roles, member.role)) {
    throw new AppError('admin.role_above_own');
  }
  await deps.identity.changeRole(
    { organization: access.organization, actor: caller.actor, requestId: call.requestId },
    member,
    call.body.role,
  );
  const members = await membersOf(call, deps);
  return present(pick(members, member.id), ownersAmong(members), access, caller);
});

export const remove = handleInOrganization(endpoints.removeMember, async (call, deps) => {
  const { person, actor } = requirePerson(call.caller, 'members');
  const { access } = call;
  const members = await membersOf(call, deps);
  const member = members.find(({ id }) => id === call.params.member);
  if (member?.personId !== person.id) {
    requirePermission(access, 'members:write');
    if (!member) throw new AppError('admin.not_found');
    if (!mayGrantRole(access.roles, member.role)) throw new AppError('admin.role_above_own');
  }
  await deps.identity.removeMember({ organization: access.organization, actor, requestId: call.requestId }, member);
  return undefined;
});

function membersOf(call: { readonly access: Access }, deps: AdminDeps) {
  return deps.database.withOrganization(scopeOf(call), listMembers);
}

export const listInvitations = handleInOrganization(endpoints.listInvitations, async (call, deps) => {
  requirePerson(call.caller, 'invitations');
  const invitations = await deps.identity.listInvitations(call.access.organization.id);
  const now = deps.clock.now();
  const shown = invitations.filter(({ role }) => mayGrantRole(call.access.roles, role));
  return { items: shown.map((entry) => presentInvitation(entry, now)), nextCursor: null };
});

export const invite = handleInOrganization(endpoints.createInvitation, async (call, deps) => {
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

export const reissue = handleInOrganization(endpoints.reissueInvitation, async (call, deps) => {
  const { actor } = requirePerson(call.caller, 'invitations');
  const invitation = await invitationOf(call, deps);
  const members = await membersOf(call, deps);
  if (members.some((member) => member.email === invitation.email)) throw new AppError('admin.already_member');
  const change = { organization: call.access.organization, actor, requestId: call.requestId };
  return presentIssued(await deps.identity.reissueInvitation(change, invitation), deps);
});

export const cancel = handleInOrganization(endpoints.cancelInvitation, async (call, deps) => {
  const { actor } = requirePerson(call.caller, 'invitations');
  const { id } = await invitationOf(call, deps);
  const change = { organization: call.access.organization, actor, requestId: call.requestId };
  await deps.identity.cancelInvitation(change, id);
  return undefined;
});

/** The invitation of the path, if it is among those the caller is shown. @throws AppError `admin.not_found` */
async function invitationOf(
  call: { readonly access: Access; readonly params: { readonly invitation: string } },
  { identity }: AdminDeps,
): Promise<StoredInvitation> {
  const invitation = await identity.findInvitation(call.access.organization.id, call.params.invitation);
  if (!invitation || !mayGrantRole(call.access.roles, invitation.role)) throw new AppError('admin.not_found');
  return invitation;
}
