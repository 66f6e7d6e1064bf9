import { completed, type JsonObject, type McpRequest } from '@patchbay/mcp';
import type { Access, ConnectorAccess, ServedConnector } from '../context/access.ts';
import { type Answer, resultAnswer } from '../context/answer.ts';
import type { OrganizationAccess } from '../organization/organization-view.ts';
import type { Handler } from './method.ts';

/**
 * Returns the version that answers at the URL of a connector: `{ connector, version, live }`. A method of Patchbay's
 * own: no capability declares it, and clients that do not know it never send it.
 */
export const version: Handler<ConnectorAccess> = ({ caller: { access } }, request) =>
  answerIn(request, access, versionOf(access.connectors[0]));

/** Returns the same of every connector that admits the caller: `{ connectors: [{ connector, version, live }] }`. */
export const versions: Handler<OrganizationAccess> = ({ caller: { access } }, request) =>
  answerIn(request, access, { connectors: access.connectors.map(versionOf) });

/** The digest and the dates of a version are not in it: they need `versions:read`, which a caller of MCP may lack. */
function versionOf({ endpoint }: ServedConnector): JsonObject {
  return { connector: endpoint.connectorSlug, version: endpoint.versionNumber, live: endpoint.live };
}

function answerIn(request: McpRequest, { manifest }: Access, result: JsonObject): Answer {
  return resultAnswer(request, request.era === 'modern' ? completed(manifest, result) : result);
}
