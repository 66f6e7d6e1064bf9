import { audienceOf } from '@patchbay/domain/endpoints';
import { asAppError } from '@patchbay/foundation';
import {
  type Classification,
  capabilitiesOf,
  checkParamHeaders,
  completed,
  discoverResult,
  type Era,
  errorMessage,
  faultMessage,
  initializeResult,
  invalidParams,
  isListMethod,
  type JsonObject,
  type ListMethod,
  legacyResult,
  listResult,
  type McpRequest,
  methodNotFound,
  objectAt,
  own,
  RPC_CODES,
  type RpcFault,
  readResult,
  resourceNotFound,
  resultMessage,
  toolsOfPage,
} from '@patchbay/mcp';
import { asFailedCall, effectOf } from '@patchbay/sandbox/protocol';
import { checkQuestions } from '../call/input-requests.ts';
import { isRetry, openConnectorState, type RequestStates, sealConnectorState } from '../call/request-states.ts';
import { traceOf } from '../call/trace-context.ts';
import { urlQuestions } from '../call/url-questions.ts';
import type { Call, CallMethod, CallReply, Exchange } from '../context/call.ts';
import { errorAnswer, errorHeaders, toolErrorResult } from '../context/errors.ts';

/** What goes back. A null message is an empty body. */
export interface Answer {
  readonly httpStatus: number;
  readonly message: object | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServeDeps {
  readonly origin: string;
  visibleTools(exchange: Pick<Exchange, 'endpoint' | 'manifest' | 'principal'>): Promise<JsonObject[]>;
  callTool(call: Call): Promise<CallReply>;
  /** Guards what connectors give clients to keep between two rounds of one call. */
  readonly requestStates: RequestStates;
  /** Told of every error, refusals included. */
  onError(error: unknown, exchange: Exchange): void;
}

/** Answers one message. Only calls go on to a sandbox; everything else is answered from the manifest. */
export async function serveRequest(deps: ServeDeps, exchange: Exchange, message: Classification): Promise<Answer> {
  switch (message.kind) {
    case 'fault':
      return faultAnswer(message);
    // Without sessions there is nothing a notification or an answer could belong to.
    case 'notification':
    case 'response':
      return { httpStatus: 202, message: null };
    case 'request':
      return answerRequest(deps, exchange, message);
  }
}

async function answerRequest(deps: ServeDeps, exchange: Exchange, request: McpRequest): Promise<Answer> {
  const { manifest } = exchange;
  const { method, id, era } = request;
  if (isListMethod(method)) return answerList(deps, exchange, request, method);
  if (isCallMethod(method)) return answerCall(deps, exchange, request, method);
  if (era === 'modern') {
    if (method === 'server/discover') return result(request, discoverResult(manifest));
    return faultAnswer(methodNotFound(id, method, era));
  }
  switch (method) {
    case 'initialize':
      return result(request, initializeResult(manifest, own(request.params, 'protocolVersion')));
    case 'ping':
    case 'logging/setLevel':
      return result(request, {});
    default:
      return faultAnswer(methodNotFound(id, method, era));
  }
}

const LIST_CAPABILITY = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resources',
} as const satisfies Record<ListMethod, string>;

async function answerList(
  deps: ServeDeps,
  exchange: Exchange,
  request: McpRequest,
  method: ListMethod,
): Promise<Answer> {
  const { manifest } = exchange;
  // A connector's own lists have one page: nobody was given a place to go on from.
  if (own(request.params, 'cursor') !== undefined) {
    return faultAnswer(invalidParams(request.id, 'params.cursor is not of this list'));
  }
  const declared = capabilitiesOf(manifest);
  if (declared[LIST_CAPABILITY[method]] === undefined)
    return faultAnswer(methodNotFound(request.id, method, request.era));
  const shown = method === 'tools/list' ? { ...manifest, tools: await deps.visibleTools(exchange) } : manifest;
  return result(request, listResult(shown, method, request.era));
}

const CALL_METHODS: ReadonlySet<string> = new Set<CallMethod>([
  'tools/call',
  'prompts/get',
  'resources/read',
  'completion/complete',
]);

function isCallMethod(method: string): method is CallMethod {
  return CALL_METHODS.has(method);
}

async function answerCall(
  deps: ServeDeps,
  exchange: Exchange,
  request: McpRequest,
  method: CallMethod,
): Promise<Answer> {
  const subject = findSubject(exchange, request, method);
  if ('kind' in subject) return faultAnswer(subject);
  const { tool } = subject;
  const mismatch = checkParamHeaders(request, tool ? objectAt(tool, 'inputSchema') : undefined, exchange.header);
  if (mismatch) return faultAnswer(mismatch);
  const given: Call = {
    ...exchange,
    request,
    method,
    name: request.name ?? null,
    tool,
    trace: traceOf(request, exchange),
  };
  // A session's client never sees a state: the conversation keeps it here.
  const call = request.era === 'modern' ? await openConnectorState(deps.requestStates, given) : given;
  if (!call) return faultAnswer(invalidParams(request.id, 'params.requestState is not the state of this request'));
  let hasRun = false;
  const callTool = async (one: Call) => {
    const reply = await deps.callTool(one);
    hasRun = true; // what fails from here on fails after the connector did something
    return reply;
  };
  try {
    const reply = exchange.conversation ? await exchange.conversation.hold(call, callTool) : await callTool(call);
    return await replyAnswer(deps, call, reply);
  } catch (error) {
    deps.onError(error, exchange);
    const sent = hasRun ? { sent: true } : {};
    const known = asFailedCall(asAppError(error).with(sent), effectOf(tool));
    const context = { origin: deps.origin, requestId: exchange.requestId };
    const readable = toolErrorResult(known, request, exchange.manifest, context);
    const headers = errorHeaders(known, audienceOf(deps.origin, exchange.endpoint.resource));
    if (readable) return { httpStatus: 200, message: resultMessage(request.id, readable), headers };
    return { httpStatus: known.spec.status, message: errorAnswer(known, request.id, context), headers };
  }
}

/** What the call is about, as the manifest of this version knows it; or the fault when it knows nothing of that name. */
function findSubject(
  exchange: Exchange,
  request: McpRequest,
  method: CallMethod,
): { tool: JsonObject | null } | RpcFault {
  const { manifest } = exchange;
  const { id, name } = request;
  switch (method) {
    case 'tools/call': {
      if (name === undefined) return invalidParams(id, 'params.name must be the name of a tool');
      const tool = manifest.tools.find((entry) => entry.name === name);
      return tool ? { tool } : invalidParams(id, `Unknown tool: ${name}`);
    }
    case 'prompts/get': {
      if (name === undefined) return invalidParams(id, 'params.name must be the name of a prompt');
      return manifest.prompts.some((entry) => entry.name === name)
        ? { tool: null }
        : invalidParams(id, `Unknown prompt: ${name}`);
    }
    case 'resources/read': {
      if (name === undefined) return invalidParams(id, 'params.uri must be a resource URI');
      // Templates are a tenant's patterns: the runner matches them, not we.
      const known =
        manifest.resourceTemplates.length > 0 ||
        manifest.resources.some((entry) => entry.uri === name) ||
        toolsOfPage(manifest.tools, name).length > 0;
      return known ? { tool: null } : resourceNotFound(id, name, request.era);
    }
    case 'completion/complete':
      return manifest.completions ? { tool: null } : methodNotFound(id, method, request.era);
  }
}

async function replyAnswer(deps: ServeDeps, call: Call, reply: CallReply): Promise<Answer> {
  const { request, manifest } = call;
  switch (reply.kind) {
    case 'complete': {
      if (request.era === 'legacy') return result(request, legacyResult(reply.result));
      const whole =
        call.method === 'resources/read' ? readResult(manifest, reply.result) : completed(manifest, reply.result);
      const mayNotKeep = call.method === 'resources/read' && isRetry(call);
      return result(request, mayNotKeep ? { ...whole, ttlMs: 0, cacheScope: 'private' } : whole);
    }
    case 'input_required': {
      if (request.era === 'modern') return askAnswer(deps, call, reply.result);
      const message = 'The connector asks for more input, which this client cannot give without a session.';
      return { httpStatus: 200, message: errorMessage(request.id, { code: RPC_CODES.internal, message }) };
    }
    case 'error': {
      const questions = request.era === 'modern' ? urlQuestions(reply.error) : null;
      if (questions) return askAnswer(deps, call, questions);
      const code = outwardCode(reply.error.code, request.era);
      // The one error of a connector that has an HTTP status of its own.
      const httpStatus = request.era === 'modern' && code === RPC_CODES.missingCapability ? 400 : 200;
      return { httpStatus, message: errorMessage(request.id, { ...reply.error, code }) };
    }
  }
}

async function askAnswer(deps: ServeDeps, call: Call, questions: JsonObject): Promise<Answer> {
  const refused = checkQuestions(call, questions);
  if (refused) return faultAnswer(refused);
  const sealed = await sealConnectorState(deps.requestStates, call, questions);
  return result(call.request, { ...sealed, resultType: 'input_required' });
}

/** A connector cannot speak for the protocol: its use of the reserved codes becomes the general ones. */
function outwardCode(code: number, era: Era): number {
  if (code === RPC_CODES.legacyResourceNotFound) return era === 'legacy' ? code : RPC_CODES.invalidParams;
  if (code === RPC_CODES.legacyUrlElicitationRequired && era === 'legacy') return code;
  return code <= -32020 && code >= -32099 && code !== RPC_CODES.missingCapability ? RPC_CODES.internal : code;
}

function result(request: McpRequest, value: JsonObject): Answer {
  return { httpStatus: 200, message: resultMessage(request.id, value) };
}

function faultAnswer(fault: RpcFault): Answer {
  return { httpStatus: fault.httpStatus, message: faultMessage(fault) };
}
