import { matchGlob } from './match-glob.ts';
import type { ToolPolicy } from './policy.ts';

/** A connector had another slug before. No other connector ever gets that one. */
export interface Rename {
  readonly former: string;
  readonly current: string;
}

/** The policy, for connectors under their present slugs too: a rename must not take a connector out of a policy. */
export function followRenames(policy: ToolPolicy, renames: readonly Rename[]): ToolPolicy {
  const { connectors } = policy.when;
  if (connectors === undefined) return policy;
  const renamed = renames.filter(({ former }) => connectors.some((pattern) => matchGlob(pattern, former)));
  if (renamed.length === 0) return policy;
  const names = new Set([...connectors, ...renamed.map(({ current }) => current)]);
  return { ...policy, when: { ...policy.when, connectors: [...names] } };
}
