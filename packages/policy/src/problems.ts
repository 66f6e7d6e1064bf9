import { minuteOf } from './match-window.ts';
import type { ArgumentCondition, PolicyConditions, TimeWindow } from './policy.ts';

/** Bounds of one policy, so that a ruling stays quick whatever an organization writes. */
export const POLICY_BOUNDS = { valuesPerCondition: 100, valueCharacters: 200, argumentConditions: 20 } as const;

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;
const POINTER = /^(\/([^~/]|~[01])*)+$/;

/** The faults in the conditions of a policy, one sentence each; none when they can be used. */
export function problemsOf(when: PolicyConditions): string[] {
  const { connectors, tools, kinds, roles, groups, exceptGroups, callers, clients } = when;
  const lists = { connectors, tools, kinds, roles, groups, exceptGroups, callers, clients };
  const problems = Object.entries(lists).flatMap(([name, values]) => (values ? problemsOfList(name, values) : []));
  const conditions = when.arguments ?? [];
  if (conditions.length > POLICY_BOUNDS.argumentConditions) {
    problems.push(`arguments: at most ${POLICY_BOUNDS.argumentConditions} conditions.`);
  }
  problems.push(...conditions.flatMap(problemsOfArgument));
  if (when.window) problems.push(...problemsOfWindow(when.window));
  return problems;
}

function problemsOfList(name: string, values: readonly string[]): string[] {
  const { valuesPerCondition, valueCharacters } = POLICY_BOUNDS;
  // An empty list would match nothing, which is not meant.
  if (values.length === 0) return [`${name}: list at least one, or leave it out.`];
  if (values.length > valuesPerCondition) return [`${name}: at most ${valuesPerCondition}.`];
  const isFaulty = values.some((value) => value.length === 0 || value.length > valueCharacters);
  return isFaulty ? [`${name}: each has 1 to ${valueCharacters} characters.`] : [];
}

function problemsOfArgument({ path, equals, oneOf, prefix, min, max }: ArgumentCondition): string[] {
  const problems: string[] = [];
  if (!POINTER.test(path)) problems.push(`arguments: “${path}” is not a JSON Pointer such as /amount.`);
  if ([equals, oneOf, prefix, min, max].every((part) => part === undefined)) {
    problems.push(`arguments: ${path} is compared with nothing; give equals, oneOf, prefix, min or max.`);
  }
  if (oneOf)
    problems.push(
      ...problemsOfList(
        `arguments: oneOf of ${path}`,
        oneOf.map((one) => String(one) || ' '),
      ),
    );
  if ((min !== undefined && !Number.isFinite(min)) || (max !== undefined && !Number.isFinite(max))) {
    problems.push(`arguments: the range of ${path} takes finite numbers.`);
  }
  if (min !== undefined && max !== undefined && min > max) {
    problems.push(`arguments: min of ${path} is greater than max, so no value is within.`);
  }
  return problems;
}

function problemsOfWindow({ days, from, to, zone }: TimeWindow): string[] {
  const problems: string[] = [];
  if (days.length === 0) problems.push('window: list at least one day.');
  const isClock = CLOCK.test(from) && (CLOCK.test(to) || to === '24:00');
  if (!isClock) problems.push('window: from and to are times of day such as 09:00; to may be 24:00.');
  else if (minuteOf(from) === minuteOf(to)) problems.push('window: from and to are the same; 00:00 to 24:00 is a day.');
  if (!isZone(zone)) problems.push(`window: “${zone}” is no time zone such as Europe/Berlin.`);
  return problems;
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
