import { invalidParams, type McpRequest, objectAt, type RpcFault, resourceNotFound, stringAt } from '@patchbay/mcp';
import { type Answer, faultAnswer, resultAnswer } from '../context/answer.ts';
import type { Target } from '../context/call.ts';
import { CALL_TOOL, SEARCH_TOOL, searchTools } from './on-demand-tools.ts';
import type { NamedEntry, OrganizationView } from './organization-view.ts';

/**
 * Which connector a call at `/{organization}/mcp` is for, under that connector's own rules. Pure; one function per
 * method that runs code, named in the table of methods.
 */
export function forwardTool(view: OrganizationView, request: McpRequest): Target | Answer {
  const { id, name = '' } = request;
  if (view.isOnDemand && name === SEARCH_TOOL) return searchAnswer(view, request);
  if (view.isOnDemand && name === CALL_TOOL) return forwardCalled(view, request);
  return forwardNamed(request, view.findTool(name), invalidParams(id, `Unknown tool: ${name}`));
}

export function forwardPrompt(view: OrganizationView, request: McpRequest): Target | Answer {
  const { id, name = '' } = request;
  return forwardNamed(request, view.findPrompt(name), invalidParams(id, `Unknown prompt: ${name}`));
}

export function forwardRead(view: OrganizationView, request: McpRequest): Target | Answer {
  return forwardUri(view, request, request.name ?? '');
}

export function forwardCompletion(view: OrganizationView, request: McpRequest): Target | Answer {
  const ref = objectAt(request.params, 'ref');
  const joined = stringAt(ref, 'name');
  if (joined === undefined) return forwardUri(view, request, stringAt(ref, 'uri') ?? '');
  const found = view.findPrompt(joined);
  if (!found) return faultAnswer(invalidParams(request.id, `Unknown prompt: ${joined}`));
  const params = { ...request.params, ref: { ...ref, name: found.name } };
  return { connector: found.connector, request: { ...request, params } };
}

/** `search_tools`: answered from the view, without a connector. */
function searchAnswer({ manifest }: OrganizationView, request: McpRequest): Answer {
  const query = stringAt(objectAt(request.params, 'arguments'), 'query') ?? '';
  const found = searchTools(manifest.tools, query);
  return resultAnswer(request, request.era === 'modern' ? { resultType: 'complete', ...found } : found);
}

/** `call_tool`: the call inside it, as if it had come under the tool's own name. */
function forwardCalled(view: OrganizationView, request: McpRequest): Target | Answer {
  const asked = objectAt(request.params, 'arguments');
  const name = stringAt(asked, 'name') ?? '';
  const found = view.findTool(name);
  if (!found) {
    return faultAnswer(invalidParams(request.id, `Unknown tool: ${name}. ${SEARCH_TOOL} finds tools by words.`));
  }
  const { connector } = found;
  const params = { ...request.params, arguments: objectAt(asked, 'arguments') ?? {} };
  // The client mirrored the parameters of call_tool, and knows nothing of this tool's.
  const tools = connector.manifest.tools.map((tool) => ({ ...tool, inputSchema: { type: 'object' } }));
  return {
    connector: { ...connector, manifest: { ...connector.manifest, tools } },
    request: renamed({ ...request, params }, found.name),
  };
}

/** The connector a URI belongs to. An ambiguous one must be read at the connectors' own URLs. */
function forwardUri(view: OrganizationView, request: McpRequest, uri: string): Target | Answer {
  const [connector, ...others] = view.findOwners(uri);
  if (!connector) return faultAnswer(resourceNotFound(request.id, uri, request.era));
  if (others.length === 0) return { connector, request };
  const paths = [connector, ...others].map(({ endpoint }) => endpoint.resource);
  const problem = `Several connectors could read ${uri}: ask at the URL of the one you mean, ${paths.join(' or ')}`;
  return faultAnswer(invalidParams(request.id, problem, { uri, paths }));
}

function forwardNamed(request: McpRequest, found: NamedEntry | undefined, unknown: RpcFault): Target | Answer {
  return found ? { connector: found.connector, request: renamed(request, found.name) } : faultAnswer(unknown);
}

function renamed(request: McpRequest, name: string): McpRequest {
  return { ...request, name, params: { ...request.params, name } };
}
