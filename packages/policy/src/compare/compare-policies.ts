import type { CoveredTool } from '../coverage.ts';
import { decide } from '../decide.ts';
import { type PolicyInput, type Ruling, strictness, type ToolPolicy } from '../policy.ts';
import { preparePolicies } from '../prepare.ts';
import { instantsOf } from './instants.ts';
import { argumentsOf, buildArguments, valuesOfArgument } from './values-of-argument.ts';

/** All that calls can be made of, apart from what the policies themselves name. */
export interface CallDomain {
  readonly tools: readonly CoveredTool[];
  readonly roles: readonly string[];
  /** Ids of the OAuth clients that there are. */
  readonly clients: readonly string[];
}

export type Comparison =
  /** No call is ruled on more mildly than before. */
  | { readonly kind: 'narrows'; readonly calls: number }
  /** The simplest call that the change rules on more mildly. */
  | { readonly kind: 'loosens'; readonly call: PolicyInput; readonly before: Ruling; readonly after: Ruling }
  /** There are too many different calls to look at each. */
  | { readonly kind: 'too_many'; readonly calls: number };

/** Different calls that are looked at: about two seconds of work. */
export const COMPARED_CALLS_MAX = 1_000_000;
/** Groups named by policies; each doubles the calls. */
const GROUPS_MAX = 10;

/** An id that no policy names. */
const OTHER = 'someone-else';

/**
 * Proves that a change of policies loosens nothing, or finds the simplest call that it newly allows: looks at every call
 * that differs from another one in a condition of either set. Holds for the tools and clients of the domain, for callers
 * with at most one role, and for the hours of a usual year.
 */
export function comparePolicies(
  before: readonly ToolPolicy[],
  after: readonly ToolPolicy[],
  domain: CallDomain,
): Comparison {
  const space = spaceOf(
    [...before, ...after].map(({ when }) => when),
    domain,
  );
  const calls = space.dimensions.reduce((product, { length }) => product * length, 1);
  if (calls > COMPARED_CALLS_MAX) return { kind: 'too_many', calls };
  const [old, draft] = [preparePolicies(before), preparePolicies(after)];
  let simplest: { comparison: Comparison; weight: number } | undefined;
  for (let index = 0; index < calls; index += 1) {
    const { call, weight } = space.at(index);
    if (simplest && weight >= simplest.weight) continue;
    const [was, is] = [decide(call, old), decide(call, draft)];
    if (strictness(is.effect, was.effect) >= 0) continue;
    simplest = { comparison: { kind: 'loosens', call, before: was, after: is }, weight };
  }
  return simplest?.comparison ?? { kind: 'narrows', calls };
}

type Conditions = ToolPolicy['when'];

/** Every call of the domain by its number. The weight counts what distinguishes it from the plainest call of its tool. */
function spaceOf(all: readonly Conditions[], { tools, roles, clients }: CallDomain) {
  const named = (pick: (when: Conditions) => readonly string[] | undefined) => [
    ...new Set(all.flatMap((when) => pick(when) ?? [])),
  ];
  const groups = [...new Set([...named((when) => when.groups), ...named((when) => when.exceptGroups)])];
  const byPath = argumentsOf(all);
  const paths = [...byPath.keys()];
  const dimensions: readonly (readonly unknown[])[] = [
    tools,
    [OTHER, ...named((when) => when.callers)],
    [[], ...roles.map((role) => [role])],
    subsets(groups),
    [null, ...clients],
    instantsOf(all.flatMap(({ window }) => (window ? [window] : []))),
    ...[...byPath.values()].map(valuesOfArgument),
  ];
  return {
    dimensions,
    at(index: number): { call: PolicyInput; weight: number } {
      let rest = index;
      let weight = 0;
      const [tool, caller, role, inGroups, client, at, ...values] = dimensions.map((dimension, place) => {
        const chosen = rest % dimension.length;
        rest = Math.floor(rest / dimension.length);
        if (place > 0 && chosen > 0) weight += 1;
        return dimension[chosen];
      });
      const call = { caller, roles: role, groups: inGroups, client, at, arguments: buildArguments(paths, values) };
      // Each dimension above holds values of its own field.
      return { call: { ...(tool as CoveredTool), ...(call as Omit<PolicyInput, keyof CoveredTool>) }, weight };
    },
  };
}

/** Every set of the groups a caller can be in, none first; the last one is that of a caller whose groups are unknown. */
function subsets(groups: readonly string[]): (readonly string[] | null)[] {
  if (groups.length > GROUPS_MAX) return Array.from({ length: COMPARED_CALLS_MAX + 1 }, () => null);
  const sets = Array.from({ length: 2 ** groups.length }, (_, bits) => groups.filter((_group, at) => (bits >> at) & 1));
  return groups.length === 0 ? sets : [...sets, null];
}
