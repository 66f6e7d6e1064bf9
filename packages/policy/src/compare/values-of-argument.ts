import { pointerTokens } from '../json-pointer.ts';
import type { ArgumentCondition, PolicyConditions } from '../policy.ts';

/** Represents an absent argument. */
export const ABSENT = Symbol('absent');

/**
 * Values of one argument, so that every value there can be behaves like one of them in all of the conditions. The first
 * is that of a call which does not give it.
 */
export function valuesOfArgument(conditions: readonly ArgumentCondition[]): unknown[] {
  const compared = conditions.flatMap(({ equals, oneOf }) => [
    ...(equals === undefined ? [] : [equals]),
    ...(oneOf ?? []),
  ]);
  const strings = compared.filter((value) => typeof value === 'string');
  const prefixes = conditions.flatMap(({ prefix }) => (prefix === undefined ? [] : [prefix]));
  const bounds = conditions.flatMap(({ min, max }) => [min, max]).filter((bound) => bound !== undefined);
  const numbers = compared.filter((value) => typeof value === 'number');
  return [
    ABSENT,
    ...new Set(['', ...strings, ...prefixes].flatMap((text) => [text, unlike(text, strings)])),
    ...between([...numbers, ...bounds]),
    true,
    false,
    null,
    {},
  ];
}

/** A text with this beginning that is none of the others and begins with no longer prefix. */
function unlike(text: string, others: readonly string[]): string {
  let longer = `${text}\u0000`;
  while (others.includes(longer)) longer += '\u0000';
  return longer;
}

/** The numbers, one between each two of them, one below all and one above all. */
function between(numbers: readonly number[]): number[] {
  const sorted = [...new Set(numbers)].sort((one, other) => one - other);
  const [lowest = 0] = sorted;
  const gaps = sorted.slice(1).map((number, index) => ((sorted[index] ?? number) + number) / 2);
  return [...new Set([lowest - 1, ...sorted, ...gaps, (sorted.at(-1) ?? lowest) + 1])];
}

/** The conditions on each argument, by its path, shorter paths first so that an object is there before its members. */
export function argumentsOf(all: readonly PolicyConditions[]): Map<string, ArgumentCondition[]> {
  const byPath = new Map<string, ArgumentCondition[]>();
  const conditions = all.flatMap((when) => when.arguments ?? []);
  for (const condition of conditions.toSorted((one, other) => one.path.length - other.path.length)) {
    byPath.set(condition.path, [...(byPath.get(condition.path) ?? []), condition]);
  }
  return byPath;
}

/** Arguments with these values at these paths. A value below one that is not an object has no place and is left out. */
export function buildArguments(
  paths: readonly string[],
  values: readonly unknown[],
): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  for (const [index, path] of paths.entries()) {
    const value = values[index];
    if (value !== ABSENT) place(root, pointerTokens(path), value);
  }
  return root;
}

function place(root: Record<string, unknown>, tokens: readonly string[], value: unknown): void {
  let at: Record<string, unknown> = root;
  for (const token of tokens.slice(0, -1)) {
    at[token] ??= {};
    const next = at[token];
    if (typeof next !== 'object' || next === null) return;
    at = next as Record<string, unknown>; // an object, and arguments have no other keys than text
  }
  at[tokens.at(-1) ?? ''] = typeof value === 'object' && value !== null ? { ...value } : value;
}
