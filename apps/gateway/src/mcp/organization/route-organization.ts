import {
  type Classification,
  discoverResult,
  faultMessage,
  initializeResult,
  invalidParams,
  isListMethod,
  type JsonObject,
  listResult,
  type McpRequest,
  methodNotFound,
  objectAt,
  own,
  type RpcFault,
  resourceNotFound,
  resultMessage,
  stringAt,
} from '@patchbay/mcp';
import type { Routed } from '../access/mount.ts';
import type { ServedConnector } from '../context/access.ts';
import type { Answer } from '../methods/call.ts';
import { CALL_TOOL, ON_DEMAND_TOOLS, SEARCH_TOOL, searchTools } from './on-demand-tools.ts';
import type { OrganizationView } from './organization-view.ts';
import { pageOf } from './page-list.ts';

/**
 * Where a message at `/{organization}/mcp` goes: lists are answered from what the caller may use, everything else by
 * the one connector it belongs to, under that connector's own rules.
 */
export function routeOrganization(view: OrganizationView, message: Classification): Routed {
  if (message.kind === 'fault') return refuse(message);
  if (message.kind !== 'request') return { answer: { httpStatus: 202, message: null } };
  const own = answerFromView(view, message);
  if (own) return { answer: own };
  const target = findTarget(view, message);
  return 'kind' in target ? refuse(target) : { connector: target.connector, message: target.request };
}

/** What the organization's URL says for itself; null for what is a connector's. */
function answerFromView({ manifest, isOnDemand }: OrganizationView, message: McpRequest): Answer | null {
  const { method, era } = message;
  if (isListMethod(method)) {
    const shown = method === 'tools/list' && isOnDemand ? { ...manifest, tools: [...ON_DEMAND_TOOLS] } : manifest;
    const page = pageOf(listResult(shown, method, era), method, own(message.params, 'cursor'));
    return page ? answered(message, page) : faulty(invalidParams(message.id, 'params.cursor is not of this list'));
  }
  if (method === 'tools/call' && isOnDemand && message.name === SEARCH_TOOL) {
    const query = stringAt(objectAt(message.params, 'arguments'), 'query') ?? '';
    const found = searchTools(manifest.tools, query);
    return answered(message, era === 'modern' ? { resultType: 'complete', ...found } : found);
  }
  if (era === 'modern') return method === 'server/discover' ? answered(message, discoverResult(manifest)) : null;
  switch (method) {
    case 'initialize':
      return answered(message, initializeResult(manifest, own(message.params, 'protocolVersion')));
    case 'ping':
    case 'logging/setLevel':
      return answered(message, {});
    default:
      return null;
  }
}

interface Target {
  readonly connector: ServedConnector;
  /** The message as the connector's own URL would have got it. */
  readonly request: McpRequest;
}

function findTarget(view: OrganizationView, request: McpRequest): Target | RpcFault {
  const { method, id, name = '' } = request;
  switch (method) {
    case 'tools/call': {
      if (view.isOnDemand && name === CALL_TOOL) return findCalled(view, request);
      const found = view.findTool(name);
      return found
        ? { connector: found.connector, request: renamed(request, found.name) }
        : invalidParams(id, `Unknown tool: ${name}`);
    }
    case 'prompts/get': {
      const found = view.findPrompt(name);
      return found
        ? { connector: found.connector, request: renamed(request, found.name) }
        : invalidParams(id, `Unknown prompt: ${name}`);
    }
    case 'resources/read': {
      return findRead(view, request, name);
    }
    case 'completion/complete':
      return findCompleted(view, request);
    default:
      // Answered the same whichever connector would: nobody serves it.
      return methodNotFound(id, method, request.era);
  }
}

/** `call_tool`: the call inside it, as if it had come under the tool's own name. */
function findCalled(view: OrganizationView, request: McpRequest): Target | RpcFault {
  const asked = objectAt(request.params, 'arguments');
  const name = stringAt(asked, 'name') ?? '';
  const found = view.findTool(name);
  if (!found) return invalidParams(request.id, `Unknown tool: ${name}. ${SEARCH_TOOL} finds tools by words.`);
  const { connector } = found;
  const params = { ...request.params, arguments: objectAt(asked, 'arguments') ?? {} };
  // The client mirrored the parameters of call_tool, and knows nothing of this tool's.
  const tools = connector.manifest.tools.map((tool) => ({ ...tool, inputSchema: { type: 'object' } }));
  return {
    connector: { ...connector, manifest: { ...connector.manifest, tools } },
    request: renamed({ ...request, params }, found.name),
  };
}

function findCompleted(view: OrganizationView, request: McpRequest): Target | RpcFault {
  const ref = objectAt(request.params, 'ref');
  const joined = stringAt(ref, 'name');
  if (joined !== undefined) {
    const found = view.findPrompt(joined);
    if (!found) return invalidParams(request.id, `Unknown prompt: ${joined}`);
    const params = { ...request.params, ref: { ...ref, name: found.name } };
    return { connector: found.connector, request: { ...request, params } };
  }
  return findRead(view, request, stringAt(ref, 'uri') ?? '');
}

/** The connector a URI belongs to. Where more than one could be meant, their own URLs tell them apart. */
function findRead(view: OrganizationView, request: McpRequest, uri: string): Target | RpcFault {
  const [connector, ...others] = view.findOwners(uri);
  if (!connector) return resourceNotFound(request.id, uri, request.era);
  if (others.length === 0) return { connector, request };
  const paths = [connector, ...others].map(({ endpoint }) => endpoint.resource);
  return invalidParams(
    request.id,
    `Several connectors could read ${uri}: ask at the URL of the one you mean, ${paths.join(' or ')}`,
    { uri, paths },
  );
}

function renamed(request: McpRequest, name: string): McpRequest {
  return { ...request, name, params: { ...request.params, name } };
}

function answered({ id }: McpRequest, value: JsonObject): Answer {
  return { httpStatus: 200, message: resultMessage(id, value) };
}

function faulty(fault: RpcFault): Answer {
  return { httpStatus: fault.httpStatus, message: faultMessage(fault) };
}

function refuse(fault: RpcFault): Routed {
  return { answer: faulty(fault) };
}
