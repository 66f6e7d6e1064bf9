import {
  type CoveredTool,
  decideInFavour,
  type Effect,
  type PreparedPolicies,
  type ToolPolicy,
} from '@patchbay/policy';

/** The policy that is for this tool of this connector and for nothing else, as the page of tools makes it. */
export function policyOfTool<Policy extends ToolPolicy>(
  policies: readonly Policy[],
  { connector, tool }: CoveredTool,
): Policy | undefined {
  return policies.find(({ when }) => {
    const { connectors, tools, ...rest } = when;
    const isOnly = Object.values(rest).every((condition) => condition === undefined);
    return isOnly && isJust(connectors, connector) && isJust(tools, tool);
  });
}

function isJust(names: readonly string[] | undefined, name: string): boolean {
  return names?.length === 1 && names[0] === name;
}

const NAME_CHARACTERS_MAX = 80;

/** Such a policy, apart from its id. */
export function textOfToolPolicy({ connector, tool }: CoveredTool, effect: Effect): Omit<ToolPolicy, 'id'> {
  const name = `${connector}: ${tool}`.slice(0, NAME_CHARACTERS_MAX);
  return { name, effect, when: { connectors: [connector], tools: [tool] } };
}

/** The ruling on calls of the tool by a member in no group, without a client, at the mildest arguments. */
export function rulingForMembers(policies: PreparedPolicies, tool: CoveredTool) {
  const member = { caller: 'a member', roles: ['member'], groups: [], client: null, arguments: null, at: Date.now() };
  return decideInFavour({ ...member, ...tool }, policies);
}
