import { randomUUID } from 'node:crypto';
import { isSuccess, statusOf } from '../checks/check-endpoint.ts';
import {
  checkCall,
  checkDiscover,
  checkInitialize,
  checkList,
  checkSession,
  checkTools,
  isLegacyOnly,
  listIn,
} from '../checks/check-protocol.ts';
import { type Found, found } from '../rules/index.ts';
import { asObject, callRpc, type Json, LEGACY, MODERN, type Revision } from '../wire/rpc.ts';
import { WireFailure } from '../wire/wire-failure.ts';
import { type Context, notTried, type Outcome } from './step.ts';

/** A client that has begun to speak a revision. */
export interface Speaking {
  readonly revision: Revision;
  readonly token: string | undefined;
  readonly sessionId: string | undefined;
  readonly capabilities: Json;
}

/** @see MCP 2026-07-28, server/discover */
export async function discover({ wire, url, bounds }: Context, token: string | undefined): Promise<Outcome<Speaking>> {
  const answer = await callRpc(wire, url, {
    method: 'server/discover',
    revision: MODERN,
    token,
    timeoutMs: bounds.initializeMs,
  });
  const findings = checkDiscover(answer);
  const capabilities = asObject(asObject(answer.message?.result)?.capabilities);
  if (capabilities === null || isLegacyOnly(answer)) return { findings, value: null };
  return { findings, value: { revision: MODERN, token, sessionId: undefined, capabilities } };
}

/** @see MCP 2025-11-25, basic/lifecycle */
export async function initialize(
  { wire, url, bounds }: Context,
  token: string | undefined,
): Promise<Outcome<Speaking>> {
  const request = { revision: LEGACY, token, timeoutMs: bounds.initializeMs } as const;
  try {
    const answer = await callRpc(wire, url, { ...request, method: 'initialize' });
    const findings = checkInitialize(answer);
    const capabilities = asObject(asObject(answer.message?.result)?.capabilities);
    if (capabilities === null) return { findings, value: null };
    const sessionId = answer.exchange.headers.get('mcp-session-id') ?? undefined;
    const notified = await callRpc(wire, url, {
      ...request,
      method: 'notifications/initialized',
      isNotification: true,
      sessionId,
    });
    // A lost session is the next step's to name.
    const isLost = sessionId !== undefined && [400, 404].includes(notified.exchange.status);
    if (!isSuccess(notified.exchange) && !isLost)
      findings.push(found('initialize.notification', statusOf(notified.exchange)));
    return { findings, value: { revision: LEGACY, token, sessionId, capabilities } };
  } catch (error) {
    if (!(error instanceof WireFailure) || error.kind !== 'timeout') throw error;
    return { findings: [found('initialize.slow', error.message)], value: null };
  }
}

const LISTS = { 'tools/list': 'tools', 'prompts/list': 'prompts', 'resources/list': 'resources' } as const;

/** All three lists, declared or not, as Claude does. @returns the tools */
export async function list({ wire, url, bounds }: Context, speaking: Speaking): Promise<Outcome<readonly Json[]>> {
  const { revision, token, sessionId, capabilities } = speaking;
  const findings: Found[] = [];
  let tools: readonly Json[] | null = null;
  let isFirstOfSession = sessionId !== undefined;
  for (const [method, capability] of Object.entries(LISTS)) {
    const answer = await callRpc(wire, url, { method, revision, token, sessionId, timeoutMs: bounds.callMs });
    const isDeclared = capabilities[capability] !== undefined;
    const problems = checkList({ ...answer, method, isDeclared, isFirstOfSession }, revision);
    findings.push(...problems);
    if (method === 'tools/list') tools = listIn(answer.message?.result, method);
    if (problems.some(({ rule }) => rule === 'lists.session')) return { findings, value: null };
    isFirstOfSession = false;
  }
  return { findings, value: tools ?? (findings.length === 0 ? [] : null) };
}

/** Calls one tool: the one that was named, else the first that only reads and needs no arguments. */
export async function call(
  { wire, url, bounds }: Context,
  { revision, token, sessionId }: Speaking,
  tools: readonly Json[],
  named: string | undefined,
): Promise<Outcome<true>> {
  const tool = named ?? tools.find(isHarmless)?.name;
  if (typeof tool !== 'string') {
    return { ...notTried('no tool that only reads takes no arguments; name one with --call'), value: true };
  }
  if (!tools.some(({ name }) => name === tool)) return { ...notTried(`no tool is called ${tool}`), value: true };
  const params = { name: tool, arguments: {} };
  const answer = await callRpc(wire, url, {
    method: 'tools/call',
    params,
    revision,
    token,
    sessionId,
    timeoutMs: bounds.callMs,
  });
  return { findings: checkCall(answer, tool), value: true };
}

function isHarmless({ annotations, inputSchema }: Json): boolean {
  const needed = asObject(inputSchema)?.required;
  return asObject(annotations)?.readOnlyHint === true && !(Array.isArray(needed) && needed.length > 0);
}

/** The stream, a session that does not exist, and the end of ours. */
export async function endSession(
  { wire, url, bounds }: Context,
  { token, sessionId }: Speaking,
): Promise<Outcome<true>> {
  const headers = {
    accept: 'text/event-stream',
    'mcp-protocol-version': LEGACY,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
  };
  const timeoutMs = bounds.discoveryMs;
  const get = await wire.send(url, { headers, headOnly: true, timeoutMs });
  if (sessionId === undefined) return { findings: checkSession({ get, unknown: null, remove: null }), value: true };
  const unknown = await callRpc(wire, url, {
    method: 'tools/list',
    revision: LEGACY,
    token,
    sessionId: randomUUID(),
    timeoutMs,
  });
  const remove = await wire.send(url, { method: 'DELETE', headers, timeoutMs });
  return { findings: checkSession({ get, unknown: unknown.exchange, remove }), value: true };
}

/** The tools by the rules of Claude’s directory. */
export function judgeTools(tools: readonly Json[]): Outcome<true> {
  return { findings: checkTools(tools), value: true };
}
