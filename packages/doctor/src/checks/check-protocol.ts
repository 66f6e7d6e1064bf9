import { type Found, found } from '../rules/index.ts';
import { asObject, type Json, MODERN, type Revision, type RpcAnswer } from '../wire/rpc.ts';
import { isStream } from '../wire/wire.ts';
import { type Answer, contentTypeOf, isSuccess, statusOf } from './check-endpoint.ts';

const METHOD_NOT_FOUND = -32601;

/** Whether a server of an earlier revision answered: it does not know the method, or misses a session. */
export function isLegacyOnly({ exchange, message }: RpcAnswer): boolean {
  if (asObject(message?.result) !== null) return false;
  return exchange.status >= 400
    ? exchange.status < 500 && exchange.status !== 401 && exchange.status !== 403
    : message !== null;
}

/** @see MCP 2026-07-28, server/discover */
export function checkDiscover(answer: RpcAnswer): Found[] {
  const { exchange, message } = answer;
  if (exchange.status === 401 || exchange.status === 403) return [found('discover.refused', statusOf(exchange))];
  if (isLegacyOnly(answer)) return [found('discover.legacy-only', statusOf(exchange))];
  const result = asObject(message?.result);
  if (!isSuccess(exchange) || result === null) {
    return [found('discover.server-error', `${exchange.status} ${contentTypeOf(exchange)}`)];
  }
  const versions: readonly unknown[] = Array.isArray(result.supportedVersions) ? result.supportedVersions : [];
  if (!versions.includes(MODERN) || asObject(result.capabilities) === null) {
    return [found('discover.invalid', `supportedVersions is ${versions.join(' ') || 'missing'}`)];
  }
  return checkStream(answer);
}

/** @see MCP 2025-11-25, basic/lifecycle */
export function checkInitialize(answer: RpcAnswer): Found[] {
  const { exchange, message } = answer;
  if (exchange.status === 401 || exchange.status === 403) return [found('initialize.refused', statusOf(exchange))];
  const result = asObject(message?.result);
  if (!isSuccess(exchange) || message === null) return [found('initialize.server-error', statusOf(exchange))];
  if (typeof result?.protocolVersion !== 'string' || !asObject(result.capabilities) || !asObject(result.serverInfo)) {
    return [found('initialize.invalid', statusOf(exchange))];
  }
  const id = exchange.headers.get('mcp-session-id');
  if (id !== null && !/^[\x21-\x7e]+$/.test(id)) return [found('initialize.session-id', 'other characters')];
  return checkStream(answer);
}

export interface ListAnswer extends RpcAnswer {
  readonly method: string;
  readonly isDeclared: boolean;
  /** Whether it is the first request with a session id that was just handed out. */
  readonly isFirstOfSession: boolean;
}

export function checkList(answer: ListAnswer, revision: Revision): Found[] {
  const { exchange, message, method, isDeclared, isFirstOfSession } = answer;
  const isUnknown = asObject(message?.error)?.code === METHOD_NOT_FOUND;
  if (!isSuccess(exchange)) {
    if (isFirstOfSession && (exchange.status === 404 || exchange.status === 400)) {
      return [found('lists.session', statusOf(exchange))];
    }
    // The revision of 2026 has 404 for methods that are not there.
    if (revision === MODERN && exchange.status === 404 && isUnknown && !isDeclared) return [];
    return [found('lists.status', `${method}: ${statusOf(exchange)}`)];
  }
  if (isDeclared && listIn(message?.result, method) === null) {
    return [found('lists.invalid', `${method}: ${statusOf(exchange)}`)];
  }
  return checkStream(answer);
}

/** The members of the list in a result; null where there is none. */
export function listIn(result: unknown, method: string): readonly Json[] | null {
  const list = asObject(result)?.[method.split('/', 1).join('')];
  return Array.isArray(list) ? list.map(asObject).filter((one) => one !== null) : null;
}

export function checkCall({ exchange, message }: RpcAnswer, tool: string): Found[] {
  const result = asObject(message?.result);
  if (!isSuccess(exchange) || result === null) return [found('call.failed', `${tool}: ${statusOf(exchange)}`)];
  return result.isError === true ? [found('call.error-result', tool)] : [];
}

export interface SessionAnswers {
  readonly get: Answer;
  /** For a session that does not exist; null where the server hands out none. */
  readonly unknown: Answer | null;
  readonly remove: Answer | null;
}

/** @see MCP 2025-11-25, basic/transports, "Session Management" */
export function checkSession({ get, unknown, remove }: SessionAnswers): Found[] {
  const findings: Found[] = [];
  const isRefusal = get.status === 405 || (unknown === null && get.status < 500);
  if (!isSuccess(get) && !isRefusal) findings.push(found('session.get', statusOf(get)));
  if (unknown !== null && unknown.status !== 404) {
    findings.push(found(unknown.status === 400 ? 'session.unknown-status' : 'session.unknown', statusOf(unknown)));
  }
  if (remove !== null && remove.status >= 500) findings.push(found('session.delete', statusOf(remove)));
  return findings;
}

/** Claude's directory asks for these of every tool. */
export function checkTools(tools: readonly Json[]): Found[] {
  const findings: Found[] = [];
  const name = (tool: Json) => String(tool.name);
  const long = tools.find((tool) => name(tool).length > 64);
  const untitled = tools.find((tool) => !tool.title && !asObject(tool.annotations)?.title);
  const unhinted = tools.find((tool) => {
    const hints = asObject(tool.annotations);
    return hints?.readOnlyHint === undefined && hints?.destructiveHint === undefined;
  });
  if (long) findings.push(found('directory.name', name(long)));
  if (untitled) findings.push(found('directory.title', name(untitled)));
  if (unhinted) findings.push(found('directory.hints', name(unhinted)));
  return findings;
}

function checkStream({ exchange }: RpcAnswer): Found[] {
  return isStream(exchange) && !exchange.ended ? [found('lists.stream', 'the stream stays open')] : [];
}
