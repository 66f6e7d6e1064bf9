import { AppError, newId } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import { isForeignKeyViolation, type Tx } from '../database/index.ts';

/** A group as callers and policies know it: the id stays when the name changes. */
export interface GroupReference {
  readonly id: string;
  readonly name: string;
}

/** A named set of members. A member who leaves the organization leaves its groups in the same transaction. */
export interface Group extends GroupReference {
  readonly createdAt: Date;
  /** Ids of people, in the order in which they were added. */
  readonly personIds: readonly string[];
}

/** Groups of one organization. The list has no pages, so it is bounded. */
const GROUPS_MAX = ACCOUNT_LIMITS.groups.value;

export interface GroupChange {
  readonly id: string;
  readonly requestId?: string | undefined;
}

export interface GroupMemberChange extends GroupChange {
  readonly personId: string;
}

/** By name. The list has no pages. */
export async function listGroups(tx: Tx): Promise<readonly Group[]> {
  const rows = await tx.prisma.group.findMany({ where: tx.scope, include: WITH_MEMBERS, orderBy: { name: 'asc' } });
  return rows.map(toGroup);
}

/** The groups of one person, by name. */
export async function groupsOf(tx: Tx, personId: string): Promise<readonly GroupReference[]> {
  const rows = await tx.prisma.groupMember.findMany({
    where: { ...tx.scope, personId },
    include: { group: { select: { id: true, name: true } } },
  });
  return rows.map(({ group }) => group).sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** @throws AppError `groups.not_found` */
export async function getGroup(tx: Tx, id: string): Promise<Group> {
  const row = await tx.prisma.group.findUnique({ where: keyOf(tx, id), include: WITH_MEMBERS });
  if (row === null) throw new AppError('groups.not_found');
  return toGroup(row);
}

/** @throws AppError `groups.name_taken`, `groups.too_many` */
export async function createGroup(
  tx: Tx,
  actor: Actor,
  input: { readonly name: string; readonly requestId?: string | undefined },
): Promise<Group> {
  await lockGroups(tx);
  if ((await tx.prisma.group.count({ where: tx.scope })) >= GROUPS_MAX) throw new AppError('groups.too_many');
  await requireFreeName(tx, input.name);
  const id = newId('group');
  await tx.prisma.group.create({ data: { ...tx.scope, id, name: input.name } });
  const after = { name: input.name };
  await record(tx, { actor, action: 'group.created', target: target(id), after, requestId: input.requestId });
  return getGroup(tx, id);
}

/** @throws AppError `groups.not_found`, `groups.name_taken` */
export async function renameGroup(
  tx: Tx,
  actor: Actor,
  { id, name, requestId }: GroupChange & { readonly name: string },
): Promise<Group> {
  await lockGroups(tx);
  const before = await getGroup(tx, id);
  if (before.name === name) return before;
  await requireFreeName(tx, name);
  await tx.prisma.group.update({ where: keyOf(tx, id), data: { name } });
  await publishChanges(tx, before.personIds);
  const names = { before: { name: before.name }, after: { name } };
  await record(tx, { actor, action: 'group.renamed', target: target(id), ...names, requestId });
  return getGroup(tx, id);
}

/** @throws AppError `groups.not_found`, `groups.in_use` while a policy names it: without the group it would be for others */
export async function deleteGroup(tx: Tx, actor: Actor, { id, requestId }: GroupChange): Promise<void> {
  await lockGroups(tx);
  const { name, personIds } = await getGroup(tx, id);
  const [inUse] = await tx.query<{ name: string }>(
    `SELECT name FROM app.policies
     WHERE organization_id = $1 AND (conditions->'groups' ? $2 OR conditions->'exceptGroups' ? $2) ORDER BY name LIMIT 1`,
    [tx.scope.organizationId, id],
  );
  if (inUse) throw new AppError('groups.in_use', { detail: `The policy “${inUse.name}” is for this group.` });
  await tx.prisma.group.delete({ where: keyOf(tx, id) });
  await publishChanges(tx, personIds);
  await record(tx, { actor, action: 'group.deleted', target: target(id), before: { name, personIds }, requestId });
}

/**
 * Adding a member twice has no effect. The person must be a member. @throws AppError `groups.not_found`,
 * `groups.member_gone`
 */
export async function addGroupMember(tx: Tx, actor: Actor, change: GroupMemberChange): Promise<Group> {
  const { id, personId, requestId } = change;
  await lockGroups(tx);
  const group = await getGroup(tx, id);
  if (group.personIds.includes(personId)) return group;
  try {
    await tx.prisma.groupMember.create({ data: { ...tx.scope, groupId: id, personId } });
  } catch (error) {
    if (isForeignKeyViolation(error)) throw new AppError('groups.member_gone', { cause: error });
    throw error;
  }
  await publishChanges(tx, [personId]);
  await record(tx, { actor, action: 'group.member_added', target: target(id), after: { personId }, requestId });
  return getGroup(tx, id);
}

/** Removing a person who is not in the group has no effect. @throws AppError `groups.not_found` */
export async function removeGroupMember(tx: Tx, actor: Actor, change: GroupMemberChange): Promise<Group> {
  const { id, personId, requestId } = change;
  await lockGroups(tx);
  const group = await getGroup(tx, id);
  if (!group.personIds.includes(personId)) return group;
  await tx.prisma.groupMember.deleteMany({ where: { ...tx.scope, groupId: id, personId } });
  await publishChanges(tx, [personId]);
  await record(tx, { actor, action: 'group.member_removed', target: target(id), before: { personId }, requestId });
  return getGroup(tx, id);
}

const WITH_MEMBERS = { members: { select: { personId: true }, orderBy: { createdAt: 'asc' } } } as const;

function toGroup(row: {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly members: readonly { readonly personId: string }[];
}): Group {
  const { id, name, createdAt, members } = row;
  return { id, name, createdAt, personIds: members.map(({ personId }) => personId) };
}

const keyOf = (tx: Tx, id: string) => ({ organizationId_id: { ...tx.scope, id } });
const target = (id: string) => ({ type: 'group', id });

/**
 * One change of the organization's groups at a time: names, their number, who is in them and which policies are for them
 * are looked at before.
 */
export async function lockGroups(tx: Tx): Promise<void> {
  const key = `groups of ${tx.scope.organizationId}`;
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text', [key]);
}

async function requireFreeName(tx: Tx, name: string): Promise<void> {
  if ((await tx.prisma.group.count({ where: { ...tx.scope, name } })) > 0) throw new AppError('groups.name_taken');
}

/** The principal of members changes with their groups: gateways load these people again. */
async function publishChanges(tx: Tx, personIds: readonly string[]): Promise<void> {
  for (const id of personIds) await emitChange(tx, { kind: 'person', id });
}
