/** The members of an organization and their roles. */

import * as organizations from '@patchbay/domain/organizations';
import { AppError, idOf } from '@patchbay/foundation';
import { z } from 'zod';
import { type Access, type Caller, requirePermission, requirePerson } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { type AdminDeps, scopeOf } from '../definition/endpoint.ts';
import { allowedUnless, lacks, OWNER_ONLY, PERSON_ONLY } from './allowed.ts';
import { ActionState, Instant, OrganizationParams, pageOf, Role } from './parts.ts';

const MemberParams = OrganizationParams.extend({ member: idOf('member') });

export const Member = z
  .object({
    id: z.string(),
    person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
    role: Role,
    createdAt: Instant,
    actions: z.object({ changeRole: ActionState, remove: ActionState }),
  })
  .meta({ id: 'Member' });

function present(member: organizations.Member, owners: number, access: Access, caller: Caller) {
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

/** @throws AppError `admin.not_found` */
function pick(members: readonly organizations.Member[], id: string): organizations.Member {
  const member = members.find((candidate) => candidate.id === id);
  if (!member) throw new AppError('admin.not_found');
  return member;
}

const ownersAmong = (members: readonly organizations.Member[]) => members.filter(({ role }) => role === 'owner').length;

function membersOf(call: { readonly access: Access }, deps: AdminDeps) {
  return deps.database.withOrganization(scopeOf(call), organizations.listMembers);
}

export const listMembers = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/members',
  summary: 'List members',
  tag: 'Members',
  permission: 'members:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: pageOf(Member, 'MemberPage'),
}).inTransaction(async (tx, { access, caller }) => {
  const members = await organizations.listMembers(tx);
  const owners = ownersAmong(members);
  return { items: members.map((member) => present(member, owners, access, caller)), nextCursor: null };
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
}).inOrganization(async (call, deps) => {
  const { caller, access } = call;
  requirePerson(caller, 'members');
  const member = pick(await membersOf(call, deps), call.params.member);
  if (
    !organizations.mayGrantRole(access.roles, call.body.role) ||
    !organizations.mayGrantRole(access.roles, member.role)
  ) {
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

const count = z.int().min(0);

/** A removed member, with the numbers of what ended with the membership. */
export const RemovedMember = z
  .object({
    id: z.string(),
    ended: z
      .object({
        signIns: count.meta({ description: 'Sessions made through the organization’s identity provider.' }),
        authorizationSessions: count.meta({ description: 'Sign-ins remembered by the authorization server.' }),
        grants: count.meta({ description: 'Grants of OAuth clients.' }),
        apiKeys: count,
        mcpSessions: count.meta({ description: 'Stored sessions of MCP clients.' }),
        connections: count.optional().meta({ description: 'Links to accounts at providers.' }),
      })
      .nullable()
      .meta({ description: 'Null when the counts were recorded by another process; the audit log has them.' }),
  })
  .meta({ id: 'RemovedMember' });

export const removeMember = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/members/:member',
  summary: 'Remove a member, or leave; what opened the organization for them ends in the same transaction',
  tag: 'Members',
  permission: { none: 'every member may leave; removing another one needs members:write, checked by the handler' },
  audit: 'member.removed',
  params: MemberParams,
  reply: RemovedMember,
  onDeleted: true,
}).inOrganization(async (call, deps) => {
  const { person, actor } = requirePerson(call.caller, 'members');
  const { access } = call;
  const members = await membersOf(call, deps);
  const member = members.find(({ id }) => id === call.params.member);
  if (member?.personId !== person.id) {
    requirePermission(access, 'members:write');
    if (!member) throw new AppError('admin.not_found');
    if (!organizations.mayGrantRole(access.roles, member.role)) throw new AppError('admin.role_above_own');
  }
  const change = { organization: access.organization, actor, requestId: call.requestId };
  return { id: member.id, ended: await deps.identity.removeMember(change, member) };
});
