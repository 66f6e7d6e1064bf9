import { AppError, newId } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import {
  type Effect,
  isSamePolicy,
  type PolicyConditions,
  type PolicyText,
  problemsOf,
  type ToolPolicy,
} from '@patchbay/policy';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import { isUniqueViolation, type Tx } from '../database/index.ts';
import { lockGroups } from '../groups/index.ts';
import { policyConditions } from './conditions-schema.ts';

/** A policy with when it was written. */
export interface Policy extends ToolPolicy {
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The policies of an organization, by name. The list has no pages, so it is bounded. */
export interface Policies {
  /** 0 before the first change. */
  readonly revision: number;
  readonly policies: readonly Policy[];
}

export interface PolicyChange {
  /** The revision that the change was made for; undefined: whatever there is. */
  readonly revision?: number | undefined;
  readonly requestId?: string | undefined;
}

const POLICIES_MAX = ACCOUNT_LIMITS.policies.value;

export async function listPolicies(tx: Tx): Promise<Policies> {
  const set = await tx.prisma.policySet.findUnique({
    where: tx.scope,
    include: { policies: { orderBy: { name: 'asc' } } },
  });
  return set === null
    ? { revision: 0, policies: [] }
    : { revision: set.revision, policies: set.policies.map(toPolicy) };
}

/** @throws AppError `policy.invalid`, `policy.name_taken`, `policy.too_many`, `policy.outdated` */
export async function createPolicy(tx: Tx, actor: Actor, change: PolicyChange & PolicyText): Promise<Policy> {
  const { policies } = await beginChange(tx, change);
  if (policies.length >= POLICIES_MAX) throw new AppError('policy.too_many');
  const id = await insert(tx, actor, change);
  return getPolicy(tx, id);
}

/** Replaces name, effect and conditions. @throws AppError `policy.not_found`, `policy.invalid`, `policy.name_taken`, `policy.outdated` */
export async function updatePolicy(
  tx: Tx,
  actor: Actor,
  change: PolicyChange & PolicyText & { readonly id: string },
): Promise<Policy> {
  await beginChange(tx, change);
  await update(tx, actor, change);
  return getPolicy(tx, change.id);
}

/** @throws AppError `policy.not_found`, `policy.outdated` */
export async function deletePolicy(
  tx: Tx,
  actor: Actor,
  change: PolicyChange & { readonly id: string },
): Promise<void> {
  await beginChange(tx, change);
  await remove(tx, actor, change);
}

/**
 * Makes these the policies of the organization. A policy with a name that there is already keeps its id; the audit log
 * gets one event for each policy that differs.
 *
 * @throws AppError `policy.invalid`, `policy.name_taken`, `policy.too_many`, `policy.outdated`
 */
export async function replacePolicies(
  tx: Tx,
  actor: Actor,
  { policies: wanted, ...change }: PolicyChange & { readonly policies: readonly PolicyText[] },
): Promise<Policies> {
  const { policies } = await beginChange(tx, change);
  if (wanted.length > POLICIES_MAX) throw new AppError('policy.too_many');
  const byName = new Map(policies.map((policy) => [policy.name, policy]));
  const names = new Set(wanted.map(({ name }) => name));
  if (names.size < wanted.length) throw new AppError('policy.name_taken');
  for (const { id, name } of policies) if (!names.has(name)) await remove(tx, actor, { ...change, id });
  for (const text of wanted) {
    const before = byName.get(text.name);
    if (before === undefined) await insert(tx, actor, { ...change, ...text });
    else if (!isSamePolicy(before, text)) await update(tx, actor, { ...change, ...text, id: before.id });
  }
  return listPolicies(tx);
}

/** Locks the policies of the organization, so that one change at a time looks at them, and moves their revision on. */
async function beginChange(tx: Tx, { revision }: PolicyChange): Promise<Policies> {
  const { organizationId } = tx.scope;
  await tx.query(
    `INSERT INTO app.policy_sets AS known (organization_id, revision) VALUES ($1, 1)
     ON CONFLICT (organization_id) DO UPDATE SET revision = known.revision + 1`,
    [organizationId],
  );
  const now = await listPolicies(tx);
  if (revision !== undefined && revision !== now.revision - 1) throw new AppError('policy.outdated');
  await emitChange(tx, { kind: 'policies', id: organizationId });
  return now;
}

async function getPolicy(tx: Tx, id: string): Promise<Policy> {
  const row = await tx.prisma.policy.findUnique({ where: keyOf(tx, id) });
  if (row === null) throw new AppError('policy.not_found');
  return toPolicy(row);
}

async function insert(tx: Tx, actor: Actor, { requestId, ...text }: PolicyChange & PolicyText): Promise<string> {
  const id = newId('policy');
  const { name, effect, when } = await refuseProblems(tx, text);
  const data = { ...tx.scope, id, name, effect, conditions: asJson(when) };
  await refuseTakenName(() => tx.prisma.policy.create({ data }));
  await record(tx, { actor, action: 'policy.created', target: target(id), after: { name, effect, when }, requestId });
  return id;
}

async function update(
  tx: Tx,
  actor: Actor,
  { id, requestId, ...text }: PolicyChange & PolicyText & { readonly id: string },
): Promise<void> {
  const before = await getPolicy(tx, id);
  const { name, effect, when } = await refuseProblems(tx, text);
  const data = { name, effect, conditions: asJson(when), updatedAt: new Date() };
  await refuseTakenName(() => tx.prisma.policy.update({ where: keyOf(tx, id), data }));
  const says = { before: textOf(before), after: { name, effect, when } };
  await record(tx, { actor, action: 'policy.updated', target: target(id), ...says, requestId });
}

async function remove(tx: Tx, actor: Actor, { id, requestId }: PolicyChange & { readonly id: string }): Promise<void> {
  const before = await getPolicy(tx, id);
  await tx.prisma.policy.delete({ where: keyOf(tx, id) });
  await record(tx, { actor, action: 'policy.deleted', target: target(id), before: textOf(before), requestId });
}

/** A policy for a group that is not there would be for no caller, which is not meant. */
async function refuseProblems<Text extends PolicyText>(tx: Tx, text: Text): Promise<Text> {
  const problems = problemsOf(text.when);
  const ids = [...new Set([...(text.when.groups ?? []), ...(text.when.exceptGroups ?? [])])];
  if (ids.length > 0) {
    await lockGroups(tx);
    const known = await tx.prisma.group.findMany({ where: { ...tx.scope, id: { in: ids } }, select: { id: true } });
    const unknown = ids.filter((id) => !known.some((group) => group.id === id));
    problems.push(...unknown.map((id) => `groups: there is no group ${id}.`));
  }
  const [problem] = problems;
  if (problem !== undefined) throw new AppError('policy.invalid', { detail: `${text.name}: ${problem}` });
  return text;
}

/** As the column keeps it: without parts that are not given. */
function asJson(when: PolicyConditions) {
  return JSON.parse(JSON.stringify(when)) as Record<string, string[]>; // JSON, whatever the shape of its values
}

async function refuseTakenName(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError('policy.name_taken', { cause: error });
    throw error;
  }
}

const keyOf = (tx: Tx, id: string) => ({ organizationId_id: { ...tx.scope, id } });
const target = (id: string) => ({ type: 'policy', id });
const textOf = ({ name, effect, when }: PolicyText) => ({ name, effect, when });

function toPolicy(row: {
  readonly id: string;
  readonly name: string;
  readonly effect: string;
  readonly conditions: unknown;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}): Policy {
  const { id, name, createdAt, updatedAt } = row;
  const effect = row.effect as Effect; // the table admits no other
  return { id, name, effect, when: policyConditions.parse(row.conditions), createdAt, updatedAt };
}
