import { type JsonObject, objectAt, own, pageUriOf, viewManifest } from '@patchbay/mcp';
import type { PolicyInput, ToolAnnotations } from '@patchbay/policy';
import type { Tx } from '../database/index.ts';

/** A tool of a manifest, as far as rulings depend on it. */
export type ToolFacts = Pick<PolicyInput, 'tool' | 'annotations' | 'interactive'>;

export function toolFacts(tool: JsonObject): ToolFacts {
  return {
    tool: String(tool.name),
    annotations: annotationsOf(tool),
    interactive: pageUriOf(tool) !== undefined,
  };
}

/** The tools of connectors' live versions, by connector id. A connector without a live version has none. */
export async function listLiveTools(
  tx: Tx,
  connectorIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ToolFacts[]>> {
  const rows = await tx.query<{ id: string; manifest: object | null }>(
    `SELECT connector.id, version.manifest FROM app.connectors AS connector
     JOIN app.deployments AS deployment
       ON deployment.organization_id = connector.organization_id AND deployment.id = connector.live_deployment_id
     JOIN app.versions AS version
       ON version.organization_id = deployment.organization_id AND version.id = deployment.version_id
     WHERE connector.organization_id = $1 AND connector.id = ANY($2)`,
    [tx.scope.organizationId, connectorIds],
  );
  return new Map(rows.map(({ id, manifest }) => [id, viewManifest(manifest ?? {}).tools.map(toolFacts)]));
}

/** Only a literal true or false counts: anything else is not a declaration. */
function annotationsOf(tool: JsonObject): ToolAnnotations {
  const annotations = objectAt(tool, 'annotations');
  return { readOnlyHint: flag(annotations, 'readOnlyHint'), destructiveHint: flag(annotations, 'destructiveHint') };
}

function flag(annotations: JsonObject | undefined, key: string): boolean | undefined {
  const value = own(annotations, key);
  return typeof value === 'boolean' ? value : undefined;
}
