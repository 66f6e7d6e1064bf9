import {
  ADDRESS_LIMITS,
  type AddressLimits,
  PLAN_LIMITS,
  type PlanLimits,
  STANDARD_ADDRESS_LIMITS,
  STANDARD_PLAN,
} from './plans.ts';

/** The limits of an installation: the plan *standard*, with what its operator chose instead. */
export interface InstallationLimits {
  readonly plan: PlanLimits;
  readonly address: AddressLimits;
}

/** Larger values are as good as none, and bounds of arithmetic stay far away. */
export const LIMIT_VALUE_MAX = 10_000_000;

/**
 * The limits of an installation from the operator's setting: `name=value`, comma separated, by the names of the rows.
 * Pure.
 *
 * @returns the limits, or a sentence about the first entry that is none
 */
export function parseLimitSettings(text: string): InstallationLimits | { readonly problem: string } {
  const plan: Record<string, number> = { ...STANDARD_PLAN };
  const address: Record<string, number> = { ...STANDARD_ADDRESS_LIMITS };
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [name = '', digits = '', ...rest] = entry.split('=').map((part) => part.trim());
    const known = Object.hasOwn(PLAN_LIMITS, name) ? plan : isSettable(name) ? address : null;
    if (known === null)
      return { problem: `${name} is no limit that an operator can choose; docs/limits.md names them` };
    const value = /^[1-9]\d{0,7}$/.test(digits) ? Number(digits) : 0;
    if (rest.length > 0 || value < 1 || value > LIMIT_VALUE_MAX) {
      return { problem: `${name} takes a whole number from 1 to ${LIMIT_VALUE_MAX}` };
    }
    known[name] = value;
  }
  // Both began with every name of their type, and got no other.
  return { plan: plan as PlanLimits, address: address as AddressLimits };
}

function isSettable(name: string): boolean {
  return Object.entries(ADDRESS_LIMITS).some(([known, { raisedBy }]) => known === name && raisedBy !== 'fixed');
}
