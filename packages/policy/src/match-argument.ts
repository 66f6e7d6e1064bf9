import { valueAt } from './json-pointer.ts';
import type { ArgumentCondition, Scalar } from './policy.ts';
import { type Truth, truthOf } from './truth.ts';

/** Whether the arguments of a call fulfil the condition; `unknown` as `ArgumentCondition` defines it. */
export function matchArgument(condition: ArgumentCondition, values: Readonly<Record<string, unknown>>): Truth {
  const value = valueAt(values, condition.path);
  if (value === undefined) return condition.ignoreAbsent === true ? 'no' : 'unknown';
  const parts = [
    condition.equals === undefined ? undefined : isOneOf(value, [condition.equals]),
    condition.oneOf === undefined ? undefined : isOneOf(value, condition.oneOf),
    condition.prefix === undefined ? undefined : startsWith(value, condition.prefix),
    condition.min === undefined && condition.max === undefined ? undefined : isWithin(value, condition),
  ];
  if (parts.includes('no')) return 'no';
  return parts.includes('unknown') ? 'unknown' : 'yes';
}

function isOneOf(value: unknown, expected: readonly Scalar[]): Truth {
  if (expected.some((one) => one === value)) return 'yes';
  // "5" where 5 is meant, or a list of one: a connector may take it for the same.
  const isComparable = expected.every((one) => typeOf(one) === typeOf(value));
  return isComparable ? 'no' : 'unknown';
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

function startsWith(value: unknown, prefix: string): Truth {
  return typeof value === 'string' ? truthOf(value.startsWith(prefix)) : 'unknown';
}

function isWithin(value: unknown, { min, max }: ArgumentCondition): Truth {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'unknown';
  return truthOf((min === undefined || value >= min) && (max === undefined || value <= max));
}
