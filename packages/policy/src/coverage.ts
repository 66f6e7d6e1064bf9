import type { PolicyInput, ToolPolicy } from './policy.ts';
import { preparePolicies } from './prepare.ts';

/** One tool of an organization. */
export type CoveredTool = Pick<PolicyInput, 'connector' | 'tool' | 'annotations' | 'interactive'>;

/**
 * The tools that no policy is for, for any caller: their annotations alone decide. Conditions on callers, arguments
 * and time count as fulfilled.
 */
export function uncoveredTools<Tool extends CoveredTool>(
  policies: readonly ToolPolicy[],
  tools: readonly Tool[],
): Tool[] {
  const ofTools = preparePolicies(policies.map((policy) => ({ ...policy, when: conditionsOnTools(policy) })));
  return tools.filter((tool) => ofTools.every(({ matches }) => matches({ ...ANY_CALLER, ...tool }) === 'no'));
}

function conditionsOnTools({ when: { connectors, tools, kinds } }: ToolPolicy) {
  return { ...(connectors && { connectors }), ...(tools && { tools }), ...(kinds && { kinds }) };
}

const ANY_CALLER = { caller: null, roles: [], groups: null, client: null, arguments: null, at: 0 } as const;
