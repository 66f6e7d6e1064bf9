import { describeConditions, describeEffect } from './explain.ts';
import { matchArgument } from './match-argument.ts';
import { matchGlob } from './match-glob.ts';
import { prepareWindow } from './match-window.ts';
import { type PolicyConditions, type PolicyInput, type Ruling, strictness, type ToolPolicy } from './policy.ts';
import { isOfKind } from './tool-kind.ts';
import { allOf, type Truth, truthOf } from './truth.ts';

type Condition = (input: PolicyInput) => Truth;

export interface PreparedPolicy {
  readonly policy: ToolPolicy;
  /** Whether the policy is for the call. */
  matches(input: PolicyInput): Truth;
  /** The ruling when every condition holds. Made once, because rulings are made for every call. */
  readonly ruling: Ruling;
}

/** The strictest first, and among equally strict ones in the order of their ids: whatever order they were written in. */
export type PreparedPolicies = readonly PreparedPolicy[];

/** The current policies of an organization. */
export interface PolicySet {
  /** Grows with every change: decisions and previews of an earlier revision are made again. */
  readonly revision: number;
  readonly policies: PreparedPolicies;
}

/** The policies of an organization that has written none. */
export const NO_POLICIES: PolicySet = { revision: 0, policies: [] };

/** Prepares policies for many decisions. They must be free of problems: see `problemsOf`. */
export function preparePolicies(policies: readonly ToolPolicy[]): PreparedPolicies {
  return policies
    .toSorted((one, other) => strictness(other.effect, one.effect) || (one.id < other.id ? -1 : 1))
    .map((policy) => {
      const conditions = conditionsOf(policy.when);
      return { policy, matches: (input) => allOf(conditions, input), ruling: rulingOf(policy) };
    });
}

function rulingOf({ id, name, effect, when }: ToolPolicy): Ruling {
  const reason = `The policy “${name}” ${describeEffect(effect)} ${describeConditions(when)}.`;
  return { effect, because: id, reason };
}

/** The given conditions, those that are quickest to decide first. */
function conditionsOf(when: PolicyConditions): Condition[] {
  const { connectors, tools, kinds, roles, groups, exceptGroups, callers, clients, window } = when;
  const conditions: (Condition | undefined)[] = [
    kinds && ((input) => truthOf(isOfKind(input, kinds))),
    connectors && named(connectors, ({ connector }) => connector),
    tools && named(tools, ({ tool }) => tool),
    roles && ((input) => truthOf(input.roles.some((role) => roles.includes(role)))),
    callers && ((input) => truthOf(input.caller !== null && callers.includes(input.caller))),
    clients && named(clients, ({ client }) => client),
    groups && inGroups(groups, true),
    exceptGroups && inGroups(exceptGroups, false),
    window && within(prepareWindow(window)),
    ...(when.arguments ?? []).map(
      (condition): Condition =>
        (input) =>
          input.arguments === null ? 'unknown' : matchArgument(condition, input.arguments),
    ),
  ];
  return conditions.filter((condition) => condition !== undefined);
}

function within(isWithin: (at: number) => boolean): Condition {
  return ({ at }) => truthOf(isWithin(at));
}

/** Holds when the name is one of the names or matches one of the globs. An absent name matches nothing. */
function named(patterns: readonly string[], nameOf: (input: PolicyInput) => string | null): Condition {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const globs = patterns.filter((pattern) => pattern.includes('*'));
  return (input) => {
    const name = nameOf(input);
    return truthOf(name !== null && (exact.has(name) || globs.some((glob) => matchGlob(glob, name))));
  };
}

function inGroups(ids: readonly string[], expected: boolean): Condition {
  return ({ groups }) => (groups === null ? 'unknown' : truthOf(groups.some((id) => ids.includes(id)) === expected));
}
