import { toolFacts } from '@patchbay/domain/policies';
import type { Clock } from '@patchbay/foundation';
import { type JsonObject, objectAt, toolsOfPage } from '@patchbay/mcp';
import { decide, decideInFavour, type PolicySet, type Ruling } from '@patchbay/policy';
import type { ServedConnector } from '../context/access.ts';
import type { Call } from '../context/call.ts';
import { subjectOf } from '../context/principal.ts';

export interface RuleDeps {
  /** The organization's policies, from memory. */
  loadPolicies(organizationId: string): Promise<PolicySet>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * The ruling on one call. Prompts, resources and completions are reads by definition of the protocol; the page of tools
 * that are all kept from the caller is kept from them too.
 */
export async function ruleCall(deps: RuleDeps, call: Call): Promise<Ruling> {
  const { policies } = await deps.loadPolicies(call.endpoint.organizationId);
  const at = deps.clock.now().getTime();
  if (call.method === 'resources/read') {
    // No tool is called yet: only what blocks all of its calls keeps its page.
    const ofTools = toolsOfPage(call.manifest.tools, call.name ?? '').map((tool) =>
      decideInFavour({ ...callerFacts(call), ...toolFacts(tool), arguments: null, at }, policies),
    );
    const [first] = ofTools;
    if (first && ofTools.every(({ effect }) => effect === 'blocked')) return first;
  }
  const tool = call.tool ? toolFacts(call.tool) : { ...A_READ, tool: call.name ?? call.method };
  return decide({ ...callerFacts(call), ...tool, arguments: argumentsOf(call), at }, policies);
}

/** The tools the caller may use: those of which no policy blocks every call. */
export async function visibleTools(deps: RuleDeps, connector: ServedConnector): Promise<JsonObject[]> {
  const { policies } = await deps.loadPolicies(connector.endpoint.organizationId);
  const { tools } = connector.manifest;
  if (policies.length === 0) return tools;
  const caller = callerFacts(connector);
  const at = deps.clock.now().getTime();
  return tools.filter((tool) => {
    const asked = { ...caller, ...toolFacts(tool), arguments: null, at };
    return decideInFavour(asked, policies).effect !== 'blocked';
  });
}

const A_READ = { annotations: { readOnlyHint: true }, interactive: false } as const;

function callerFacts({ endpoint, principal }: Pick<ServedConnector, 'endpoint' | 'principal'>) {
  return {
    connector: endpoint.connectorSlug,
    caller: subjectOf(principal) || null,
    roles: principal.roles,
    groups: principal.groups.map(({ id }) => id),
    client: principal.clientId,
  };
}

/** A call without arguments has none, which is known. */
function argumentsOf({ request }: Call): JsonObject {
  return objectAt(request.params, 'arguments') ?? {};
}
