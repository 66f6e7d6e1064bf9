import { audienceOf } from '@patchbay/domain/endpoints';
import { AppError, asAppError } from '@patchbay/foundation';
import {
  checkParamHeaders,
  completed,
  type Era,
  errorMessage,
  hasScopes,
  invalidParams,
  type JsonObject,
  legacyResult,
  type ManifestView,
  type McpRequest,
  methodNotFound,
  objectAt,
  RPC_CODES,
  type RpcFault,
  readResult,
  resourceNotFound,
  resultMessage,
  scopesOf,
  scopesOfRequest,
  toolsOfPage,
} from '@patchbay/mcp';
import { asFailedCall, effectOf } from '@patchbay/sandbox-protocol';
import { checkInputRequests, urlInputRequests } from '../call/input-requests.ts';
import { isRetry, openConnectorState, sealConnectorState } from '../call/request-states.ts';
import { traceOf } from '../call/trace-context.ts';
import { screenUrlQuestions } from '../call/url-questions.ts';
import type { Access } from '../context/access.ts';
import { type Answer, faultAnswer, resultAnswer } from '../context/answer.ts';
import type { Call, CallMethod, CallReply, Target } from '../context/call.ts';
import { withChallenge } from '../context/challenge.ts';
import { errorAnswer, errorHeaders, toolErrorResult } from '../context/errors.ts';
import { refuseToken } from '../context/token-refusal.ts';
import type { CalledMethod, MethodContext, MethodServices, Subject } from './method.ts';

/** Answers a request that runs code of a connector, under that connector's own rules. */
export async function answerCall(context: MethodContext, row: CalledMethod, target: Target): Promise<Answer> {
  const { request, connector } = target;
  const subject = row.connector(connector.manifest, request);
  if ('kind' in subject) return faultAnswer(subject);
  const { head } = context.caller;
  const schema = subject.tool ? objectAt(subject.tool, 'inputSchema') : undefined;
  const mismatch = checkParamHeaders(request, schema, (name) => head.header(name));
  if (mismatch) return faultAnswer(mismatch);
  const lacking = lackingScope(context.caller.access, target, subject);
  if (lacking) return errorResponse(context, request, lacking);
  const call = await callOf(context, target, subject);
  if (!call) return faultAnswer(invalidParams(request.id, 'params.requestState is not the state of this request'));
  let hasRun = false;
  const callTool = async (one: Call) => {
    const reply = await context.services.callTool(one);
    hasRun = true; // what fails from here on fails after the connector did something
    return screenUrlQuestions(reply, { origin: context.services.origin, ...one });
  };
  try {
    const reply = call.conversation ? await call.conversation.hold(call, callTool) : await callTool(call);
    return await replyAnswer(context.services, call, reply);
  } catch (error) {
    return failureAnswer(context, call, hasRun ? asAppError(error).with({ sent: true }) : error);
  }
}

/**
 * The refusal of a request beyond the caller's scopes, or null. It names all scopes of the connector beside those that were
 * granted: a client that asks for one at a time makes its person consent again and again, and one that leaves out what it
 * has would lose it.
 */
function lackingScope(access: Access, { connector, request }: Target, { tool }: Subject): AppError | null {
  const { manifest, principal } = connector;
  const uri = request.method === 'resources/read' ? request.name : undefined;
  const { scopes: granted } = principal;
  if (granted === 'all' || hasScopes(granted, scopesOfRequest(manifest, tool, uri))) return null;
  const refusal = principal.grantId === null ? new AppError('mcp.insufficient_scope') : refuseToken('scope');
  const challenge = access.challenge();
  const scope = [...new Set([...scopesOf(manifest), ...granted])].join(' ');
  return asAppError(withChallenge(refusal, challenge && { ...challenge, scope }));
}

/** The call with all that its way needs; null when the request carries a state that is not its own. */
async function callOf(
  { services, caller: { head, access }, answer }: MethodContext,
  { connector, request }: Target,
  { tool }: Subject,
): Promise<Call | null> {
  const conversation = answer.startCall(connector, request, tool);
  const call: Call = {
    endpoint: connector.endpoint,
    manifest: connector.manifest,
    principal: connector.principal,
    resource: access.resource,
    policyRevision: access.policyRevision,
    requestId: head.requestId,
    steps: head.steps,
    signal: answer.signal,
    notify: (method, params) => answer.notify(method, params),
    addHeaders: (headers) => answer.addHeaders(headers),
    ...(conversation && { conversation }),
    request,
    method: request.method as CallMethod, // the rows that run code are the methods of this type
    name: request.name ?? null,
    tool,
    trace: traceOf(request, head),
  };
  // A session's client never sees a state: the conversation keeps it here.
  return request.era === 'modern' ? openConnectorState(services.requestStates, call) : call;
}

function failureAnswer({ services, answer }: MethodContext, call: Call, error: unknown): Answer {
  const { request, requestId } = call;
  const known = asFailedCall(answer.report(error), effectOf(call.tool));
  const context = { origin: services.origin, requestId };
  const headers = errorHeaders(known, audienceOf(services.origin, call.endpoint.resource));
  const readable = toolErrorResult(known, request, call.manifest, context);
  if (readable) return { httpStatus: 200, message: resultMessage(request.id, readable), headers };
  return { httpStatus: known.spec.status, message: errorAnswer(known, request.id, context), headers };
}

/** The answer to a request that never became a call. */
function errorResponse({ services, answer, caller }: MethodContext, { id }: McpRequest, error: AppError): Answer {
  const known = answer.report(error);
  const headers = errorHeaders(known, audienceOf(services.origin, caller.access.resource));
  const context = { origin: services.origin, requestId: caller.head.requestId };
  return { httpStatus: known.spec.status, message: errorAnswer(known, id, context), headers };
}

export function findTool(manifest: ManifestView, { id, name }: McpRequest): Subject | RpcFault {
  if (name === undefined) return invalidParams(id, 'params.name must be the name of a tool');
  const tool = manifest.tools.find((entry) => entry.name === name);
  return tool ? { tool } : invalidParams(id, `Unknown tool: ${name}`);
}

export function findPrompt(manifest: ManifestView, { id, name }: McpRequest): Subject | RpcFault {
  if (name === undefined) return invalidParams(id, 'params.name must be the name of a prompt');
  const isKnown = manifest.prompts.some((entry) => entry.name === name);
  return isKnown ? { tool: null } : invalidParams(id, `Unknown prompt: ${name}`);
}

export function findResource(manifest: ManifestView, { id, name, era }: McpRequest): Subject | RpcFault {
  if (name === undefined) return invalidParams(id, 'params.uri must be a resource URI');
  // Templates are a tenant's patterns: the runner matches them, never the gateway.
  const isKnown =
    manifest.resourceTemplates.length > 0 ||
    manifest.resources.some((entry) => entry.uri === name) ||
    toolsOfPage(manifest.tools, name).length > 0;
  return isKnown ? { tool: null } : resourceNotFound(id, name, era);
}

export function findCompletion({ completions }: ManifestView, { id, method, era }: McpRequest): Subject | RpcFault {
  return completions ? { tool: null } : methodNotFound(id, method, era);
}

async function replyAnswer(services: MethodServices, call: Call, reply: CallReply): Promise<Answer> {
  const { request, manifest } = call;
  switch (reply.kind) {
    case 'complete': {
      if (request.era === 'legacy') return resultAnswer(request, legacyResult(reply.result));
      const whole =
        call.method === 'resources/read' ? readResult(manifest, reply.result) : completed(manifest, reply.result);
      const mayNotKeep = call.method === 'resources/read' && isRetry(call);
      return resultAnswer(request, mayNotKeep ? { ...whole, ttlMs: 0, cacheScope: 'private' } : whole);
    }
    case 'input_required': {
      if (request.era === 'modern') return inputRequiredAnswer(services, call, reply.result);
      const message = 'The connector asks for more input, which this client cannot give without a session.';
      return { httpStatus: 200, message: errorMessage(request.id, { code: RPC_CODES.internal, message }) };
    }
    case 'error': {
      const asked = request.era === 'modern' ? urlInputRequests(reply.error) : null;
      if (asked) return inputRequiredAnswer(services, call, asked);
      const code = outwardCode(reply.error.code, request.era);
      // The one error of a connector that has an HTTP status of its own.
      const httpStatus = request.era === 'modern' && code === RPC_CODES.missingCapability ? 400 : 200;
      return { httpStatus, message: errorMessage(request.id, { ...reply.error, code }) };
    }
  }
}

async function inputRequiredAnswer(services: MethodServices, call: Call, result: JsonObject): Promise<Answer> {
  const refused = checkInputRequests(call, result);
  if (refused) return faultAnswer(refused);
  const sealed = await sealConnectorState(services.requestStates, call, result);
  return resultAnswer(call.request, { ...sealed, resultType: 'input_required' });
}

/** A connector cannot speak for the protocol: its use of the reserved codes becomes the general ones. */
function outwardCode(code: number, era: Era): number {
  if (code === RPC_CODES.legacyResourceNotFound) return era === 'legacy' ? code : RPC_CODES.invalidParams;
  if (code === RPC_CODES.legacyUrlElicitationRequired && era === 'legacy') return code;
  return code <= -32020 && code >= -32099 && code !== RPC_CODES.missingCapability ? RPC_CODES.internal : code;
}
