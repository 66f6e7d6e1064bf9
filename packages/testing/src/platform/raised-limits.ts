import { ADDRESS_LIMITS, PLAN_LIMITS } from '@patchbay/foundation/limits';

const AS_GOOD_AS_NONE = 1_000_000;

/**
 * `PATCHBAY_LIMITS` for installations whose tests or measurements send more than people do: an operator's setting, not a
 * switch. Everything is still counted. Calls in flight stay limited as they are, those of one person as those of a connector.
 */
export const RAISED_LIMITS: string = [
  ...namesOf(PLAN_LIMITS).map((name) => `${name}=${AS_GOOD_AS_NONE}`),
  ...namesOf(ADDRESS_LIMITS).map((name) => `${name}=${AS_GOOD_AS_NONE}`),
  `personConcurrent=${PLAN_LIMITS.connectorConcurrent.value}`,
].join();

function namesOf(rows: Readonly<Record<string, { readonly raisedBy: unknown }>>): string[] {
  return Object.entries(rows).flatMap(([name, { raisedBy }]) =>
    raisedBy === 'fixed' || name.endsWith('Concurrent') ? [] : [name],
  );
}
