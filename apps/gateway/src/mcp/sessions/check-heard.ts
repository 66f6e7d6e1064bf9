import type { McpStreamSubject } from '@patchbay/domain/sessions';
import { AppError } from '@patchbay/foundation';
import type { JsonObject } from '@patchbay/mcp';
import type { Access, ServedConnector } from '../context/access.ts';

/** The tools of a connector that no policy keeps from the caller. */
export type VisibleTools = (connector: ServedConnector) => Promise<readonly JsonObject[]>;

/**
 * What a call said is told again only while its caller may make such a call: the connector serves them and no policy
 * blocks the tool. A tool that a later version does not have is nobody's to forbid.
 *
 * @throws AppError mcp.endpoint_not_found, policy.tool_blocked
 */
export async function checkHeard(
  visibleTools: VisibleTools,
  { connectorId, tool }: McpStreamSubject,
  access: Access,
): Promise<void> {
  if (connectorId === null) return;
  const connector = access.connectors.find(({ endpoint }) => endpoint.connectorId === connectorId);
  if (!connector) throw new AppError('mcp.endpoint_not_found');
  const isNamed = (entry: JsonObject) => entry.name === tool;
  if (tool === null || !connector.manifest.tools.some(isNamed)) return;
  if (!(await visibleTools(connector)).some(isNamed)) throw new AppError('policy.tool_blocked');
}
