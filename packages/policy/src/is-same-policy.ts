import type { ToolPolicy } from './policy.ts';

/** A policy apart from its id. */
export type PolicyText = Pick<ToolPolicy, 'name' | 'effect' | 'when'>;

/** Whether the two have the same name, effect and conditions, whatever order their conditions were written in. */
export function isSamePolicy(one: PolicyText, other: PolicyText): boolean {
  return canonical(one) === canonical(other);
}

function canonical({ name, effect, when }: PolicyText): string {
  return JSON.stringify([name, effect, when], (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
