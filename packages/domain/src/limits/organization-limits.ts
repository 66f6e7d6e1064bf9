import { AppError } from '@patchbay/foundation';
import { LIMIT_VALUE_MAX, PLAN_LIMITS, type PlanLimits } from '@patchbay/foundation/limits';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import type { Tx } from '../database/index.ts';

/** Limits that an operator chose for one organization; those that are absent are the installation's. */
export type GrantedLimits = Partial<PlanLimits>;

/** An absent row grants nothing. Names that this release does not know are left out. */
export async function getGrantedLimits(tx: Tx): Promise<GrantedLimits> {
  const row = await tx.prisma.organizationLimits.findUnique({ where: tx.scope });
  const granted = Object.entries(row?.granted ?? {}).filter(([name, value]) => isLimit(name, value));
  return Object.fromEntries(granted) as GrantedLimits; // each entry is one
}

export interface GrantInput {
  /** Replaces what was granted before. */
  readonly granted: Readonly<Record<string, number>>;
  readonly requestId?: string | undefined;
}

/**
 * Gives the organization of the transaction limits of its own, or with none those of the installation. For operators
 * only: no endpoint of an organization leads here.
 *
 * @throws AppError `limits.unknown_limit`
 */
export async function grantLimits(tx: Tx, actor: Actor, { granted, requestId }: GrantInput): Promise<GrantedLimits> {
  for (const [name, value] of Object.entries(granted)) {
    if (isLimit(name, value)) continue;
    const detail = `${name}=${value} is no limit of a plan with a whole number from 1 to ${LIMIT_VALUE_MAX}.`;
    throw new AppError('limits.unknown_limit', { detail });
  }
  const before = await getGrantedLimits(tx);
  const { organizationId } = tx.scope;
  await tx.prisma.organizationLimits.upsert({
    where: tx.scope,
    create: { ...tx.scope, granted },
    update: { granted },
  });
  await emitChange(tx, { kind: 'limits', id: organizationId });
  await record(tx, {
    actor,
    action: 'organization.limits_granted',
    target: { type: 'organization', id: organizationId },
    before,
    after: granted,
    requestId,
  });
  return getGrantedLimits(tx);
}

function isLimit(name: string, value: unknown): boolean {
  const isValue = Number.isInteger(value) && Number(value) >= 1 && Number(value) <= LIMIT_VALUE_MAX;
  return Object.hasOwn(PLAN_LIMITS, name) && isValue;
}
