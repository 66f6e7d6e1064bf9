import { z } from 'zod';
import type { EgressRule } from './egress-rule.ts';

/** Content of an `egressPolicy`: patterns in lower case, or null for every declared host. */
export const egressPolicySchema = z.strictObject({
  organizationId: z.string().min(1).max(64),
  hosts: z.array(z.string().min(1).max(253)).max(500).nullable(),
});

/**
 * The destinations that a manifest declares and its organization allows. A policy narrows and never adds; a wildcard of
 * either side gives way to the narrower name of the other.
 *
 * @param allowed patterns of the organization, in lower case; null where it allows every declared host
 */
export function narrowEgress(rules: readonly EgressRule[], allowed: readonly string[] | null): readonly EgressRule[] {
  if (allowed === null) return rules;
  return rules.flatMap((rule) => {
    const declared = rule.host.toLowerCase();
    if (allowed.some((pattern) => isWithin(declared, pattern))) return [rule];
    return allowed.filter((pattern) => isWithin(pattern, declared)).map((host) => ({ ...rule, host }));
  });
}

/** Whether every name that `inner` covers is covered by `outer`. */
function isWithin(inner: string, outer: string): boolean {
  if (inner === outer) return true;
  return outer.startsWith('*.') && inner.replace(/^\*\./, '').endsWith(outer.slice(1)) && inner !== outer.slice(2);
}
