import {
  type Classification,
  capabilitiesOf,
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
import type { Exchange } from '../call.ts';
import { type Answer, type ServeDeps, serveRequest } from '../serve-request.ts';
import { CALL_TOOL, isOverBudget, ON_DEMAND_TOOLS, SEARCH_TOOL, searchTools } from './on-demand-tools.ts';
import type { Member, OrganizationView } from './organization-view.ts';
import { pageOf } from './page-list.ts';

/** A message at the organization's URL, before it is known which connector it is for. */
export type OrganizationExchange = Omit<Exchange, 'endpoint' | 'manifest' | 'principal' | 'conversation'>;

/**
 * Answers one message at `/{organization}/mcp`: lists from what the caller may use, everything else from the one
 * connector it belongs to, under that connector's own rules (security S12).
 */
export async function answerOrganization(
  deps: ServeDeps,
  view: OrganizationView,
  exchange: OrganizationExchange,
  message: Classification,
): Promise<Answer> {
  if (message.kind === 'fault') return refuse(message);
  if (message.kind !== 'request') return { httpStatus: 202, message: null };
  const { manifest } = view;
  const onDemand = isOverBudget(manifest.tools);
  const { method, era } = message;
  if (isListMethod(method)) {
    const shown = method === 'tools/list' && onDemand ? { ...manifest, tools: [...ON_DEMAND_TOOLS] } : manifest;
    const page = pageOf(listResult(shown, method, era), method, own(message.params, 'cursor'));
    return page ? answered(message, page) : refuse(invalidParams(message.id, 'params.cursor is not of this list'));
  }
  if (method === 'server/discover' && era === 'modern') {
    return answered(message, { ...discoverResult(manifest), capabilities: capabilitiesOf(manifest) });
  }
  if (method === 'initialize' && era === 'legacy') {
    const result = initializeResult(manifest, own(message.params, 'protocolVersion'));
    return answered(message, { ...result, capabilities: capabilitiesOf(manifest) });
  }
  if (method === 'ping' && era === 'legacy') return answered(message, {});
  if (method === 'tools/call' && onDemand && message.name === SEARCH_TOOL) {
    const query = stringAt(objectAt(message.params, 'arguments'), 'query') ?? '';
    const found = searchTools(manifest.tools, query);
    return answered(message, era === 'modern' ? { resultType: 'complete', ...found } : found);
  }
  const target = findTarget(view, message, onDemand);
  if ('kind' in target) return refuse(target);
  const { member, request } = target;
  const { endpoint, principal } = member;
  return serveRequest(
    deps,
    { ...exchange, endpoint, principal, manifest: target.manifest ?? member.manifest },
    request,
  );
}

interface Target {
  readonly member: Member;
  /** The message as the connector's own URL would have got it. */
  readonly request: McpRequest;
  readonly manifest?: Member['manifest'];
}

function findTarget(view: OrganizationView, request: McpRequest, onDemand: boolean): Target | RpcFault {
  const { method, id, name = '' } = request;
  switch (method) {
    case 'tools/call': {
      if (onDemand && name === CALL_TOOL) return findCalled(view, request);
      const found = view.findTool(name);
      return found
        ? { member: found.connector, request: renamed(request, found.name) }
        : invalidParams(id, `Unknown tool: ${name}`);
    }
    case 'prompts/get': {
      const found = view.findPrompt(name);
      return found
        ? { member: found.connector, request: renamed(request, found.name) }
        : invalidParams(id, `Unknown prompt: ${name}`);
    }
    case 'resources/read': {
      const member = view.findResource(name);
      return member ? { member, request } : resourceNotFound(id, name, request.era);
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
  const member = found.connector;
  const params = { ...request.params, arguments: objectAt(asked, 'arguments') ?? {} };
  // The client mirrored the parameters of call_tool, and knows nothing of this tool's.
  const tools = member.manifest.tools.map((tool) => ({ ...tool, inputSchema: { type: 'object' } }));
  return {
    member,
    request: renamed({ ...request, params }, found.name),
    manifest: { ...member.manifest, tools },
  };
}

function findCompleted(view: OrganizationView, request: McpRequest): Target | RpcFault {
  const ref = objectAt(request.params, 'ref');
  const joined = stringAt(ref, 'name');
  if (joined !== undefined) {
    const found = view.findPrompt(joined);
    if (!found) return invalidParams(request.id, `Unknown prompt: ${joined}`);
    const params = { ...request.params, ref: { ...ref, name: found.name } };
    return { member: found.connector, request: { ...request, params } };
  }
  const uri = stringAt(ref, 'uri') ?? '';
  const member = view.findResource(uri);
  return member ? { member, request } : invalidParams(request.id, `Unknown resource: ${uri}`, { uri });
}

function renamed(request: McpRequest, name: string): McpRequest {
  return { ...request, name, params: { ...request.params, name } };
}

function answered({ id }: McpRequest, value: JsonObject): Answer {
  return { httpStatus: 200, message: resultMessage(id, value) };
}

function refuse(fault: RpcFault): Answer {
  return { httpStatus: fault.httpStatus, message: faultMessage(fault) };
}
