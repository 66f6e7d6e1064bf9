import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from './check-manifest.ts';

/** The places where two descriptions of one version differ, such as `tools.search`; empty when they agree. */
export function differencesOf(first: Manifest, second: Manifest): string[] {
  const fields = new Set([...Object.keys(first), ...Object.keys(second)]);
  return [...fields].flatMap((field) => {
    const [a, b] = [first[field], second[field]];
    if (isDeepStrictEqual(byName(a), byName(b))) return [];
    if (!Array.isArray(a) || !Array.isArray(b)) return [field];
    const [left, right] = [index(a), index(b)];
    const names = new Set([...left.keys(), ...right.keys()]);
    return [...names]
      .filter((name) => !isDeepStrictEqual(left.get(name), right.get(name)))
      .map((name) => `${field}.${name}`);
  });
}

/** The order of a list is not part of its meaning. */
function byName(value: unknown): unknown {
  return Array.isArray(value) ? index(value) : value;
}

function index(list: readonly unknown[]): Map<string, unknown> {
  return new Map(list.map((item, position) => [nameOf(item) ?? String(position), item]));
}

function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  for (const key of ['name', 'uri', 'uriTemplate', 'host']) {
    const value = Object.entries(item).find(([field]) => field === key)?.[1];
    if (typeof value === 'string') return value;
  }
  return undefined;
}
