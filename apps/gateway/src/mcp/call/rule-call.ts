import type { JsonObject } from '@patchbay/mcp';
import { objectAt, own, toolsOfPage } from '@patchbay/mcp';
import { decide, type PolicySet, type Ruling, type ToolAnnotations } from '@patchbay/policy';
import type { ServedConnector } from '../context/access.ts';
import type { Call } from '../context/call.ts';

export interface RuleDeps {
  /** The organization's policies, from memory. Empty until owners can write some. */
  loadPolicies(organizationId: string): Promise<PolicySet>;
}

/**
 * The ruling on one call. Prompts, resources and completions are reads by definition of the protocol; the page of tools
 * that are all kept from the caller is kept from them too.
 */
export async function ruleCall(deps: RuleDeps, call: Call): Promise<Ruling> {
  const { policies } = await deps.loadPolicies(call.endpoint.organizationId);
  if (call.method === 'resources/read') {
    const ofTools = toolsOfPage(call.manifest.tools, call.name ?? '').map((tool) =>
      decide(question(call, String(tool.name), annotationsOf(tool)), policies),
    );
    const [first] = ofTools;
    if (first && ofTools.every(({ effect }) => effect === 'blocked')) return first;
  }
  const annotations = call.tool ? annotationsOf(call.tool) : { readOnlyHint: true };
  return decide(question(call, call.name ?? call.method, annotations), policies);
}

/** The tools the caller may use: those that no policy blocks. */
export async function visibleTools(deps: RuleDeps, connector: ServedConnector): Promise<JsonObject[]> {
  const { policies } = await deps.loadPolicies(connector.endpoint.organizationId);
  const { tools } = connector.manifest;
  if (policies.length === 0) return tools;
  return tools.filter((tool) => {
    const asked = question(connector, String(tool.name), annotationsOf(tool));
    return decide(asked, policies).effect !== 'blocked';
  });
}

function question(
  connector: Pick<ServedConnector, 'endpoint' | 'principal'>,
  tool: string,
  annotations: ToolAnnotations,
) {
  return { connector: connector.endpoint.connectorSlug, tool, annotations, roles: connector.principal.roles };
}

/** Only a literal true or false counts: anything else is not a declaration. */
export function annotationsOf(tool: JsonObject): ToolAnnotations {
  const annotations = objectAt(tool, 'annotations');
  return { readOnlyHint: flag(annotations, 'readOnlyHint'), destructiveHint: flag(annotations, 'destructiveHint') };
}

function flag(annotations: JsonObject | undefined, key: string): boolean | undefined {
  const value = own(annotations, key);
  return typeof value === 'boolean' ? value : undefined;
}
