import { AppError } from '@patchbay/foundation';
import { RETENTION } from '@patchbay/foundation/limits';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import type { Tx } from '../database/index.ts';
import type { Role } from './permissions.ts';

/** Days a deleted organization or connector can be restored. */
export const RESTORABLE_DAYS = RETENTION.restorable.value;

export interface Organization {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Set while it is out of service and can be restored. */
  readonly deletedAt: Date | null;
  readonly purgeAfter: Date | null;
}

export interface Member {
  readonly id: string;
  readonly personId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
}

/** The organization of the transaction's scope. @throws AppError `organizations.not_found` */
export async function getOrganization(tx: Tx): Promise<Organization> {
  const [row, deletion] = [
    await tx.prisma.organization.findUnique({ where: { id: tx.scope.organizationId } }),
    await tx.prisma.organizationDeletion.findUnique({ where: tx.scope }),
  ];
  if (row === null) throw new AppError('organizations.not_found');
  const { id, slug, name, createdAt } = row;
  return {
    id,
    slug,
    name,
    createdAt,
    deletedAt: deletion?.deletedAt ?? null,
    purgeAfter: deletion?.purgeAfter ?? null,
  };
}

/** By joining. There are at most a few hundred; the list is complete. */
export async function listMembers(tx: Tx): Promise<readonly Member[]> {
  const rows = await tx.prisma.member.findMany({
    where: tx.scope,
    include: { person: { select: { email: true, name: true } } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
  return rows.flatMap((row) => toMember(row) ?? []);
}

/** Null when the person is no member. */
export async function findMember(tx: Tx, personId: string): Promise<Member | null> {
  const row = await tx.prisma.member.findUnique({
    where: { organizationId_personId: { ...tx.scope, personId } },
    include: { person: { select: { email: true, name: true } } },
  });
  return row && toMember(row);
}

/** null for a member who left between the query of the memberships and that of the people; the person is out of sight then. */
function toMember(row: {
  id: string;
  personId: string;
  role: string;
  createdAt: Date;
  person: { email: string; name: string } | null;
}): Member | null {
  const { id, personId, createdAt, person } = row;
  if (person === null) return null;
  // The table's check constraint admits the four roles only.
  return { id, personId, email: person.email, name: person.name, role: row.role as Role, createdAt };
}

/** Out of service at once, restorable for 30 days. @throws AppError `organizations.already_deleted` */
export async function deleteOrganization(tx: Tx, actor: Actor, at = new Date()): Promise<Organization> {
  const organization = await getOrganization(tx);
  if (organization.deletedAt !== null) throw new AppError('organizations.already_deleted');
  const purgeAfter = new Date(at.getTime() + RESTORABLE_DAYS * 86_400_000);
  await tx.prisma.organizationDeletion.create({
    data: { ...tx.scope, deletedBy: { ...actor }, deletedAt: at, purgeAfter },
  });
  const deleted = { ...organization, deletedAt: at, purgeAfter };
  await recordMove(tx, actor, 'organization.deleted', { purgeAfter });
  return deleted;
}

/** @throws AppError `organizations.not_deleted` */
export async function restoreOrganization(tx: Tx, actor: Actor): Promise<Organization> {
  const { count } = await tx.prisma.organizationDeletion.deleteMany({ where: { ...tx.scope, purgedAt: null } });
  if (count === 0) throw new AppError('organizations.not_deleted');
  await recordMove(tx, actor, 'organization.restored');
  return getOrganization(tx);
}

async function recordMove(
  tx: Tx,
  actor: Actor,
  action: 'organization.deleted' | 'organization.restored',
  after?: unknown,
): Promise<void> {
  const { organizationId: id } = tx.scope;
  await emitChange(tx, { kind: 'organization', id });
  await record(tx, { actor, action, target: { type: 'organization', id }, after });
}
