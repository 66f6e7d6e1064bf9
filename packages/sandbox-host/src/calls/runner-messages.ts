/** Between the host's terms and the runner's frames; reads nothing without checking it. */
import type { EnteredCall } from '@patchbay/egress';
import { AppError, type ErrorCode, escapeText } from '@patchbay/foundation';
import {
  type ConnectorEvent,
  isConnectorEventMethod,
  type JsonObject,
  LOG_LEVELS,
  type LogLevel,
} from '@patchbay/sandbox-protocol';
import {
  type CallConnection,
  type InvocationHeader,
  type RawAnswer,
  type RunnerCallHeader,
  resultTooLarge,
} from '@patchbay/sandbox-protocol/wire';
import { EVENT_URI_LENGTH_MAX } from '../bounds/event-rate.ts';

/** The invocation as the runner gets it: no key, digest or rule, and of credentials only the references. */
export function runnerCallOf(
  invocation: InvocationHeader,
  { token, connections }: Pick<EnteredCall, 'token' | 'connections'>,
): RunnerCallHeader {
  const { id, method, resultBytesMax, key } = invocation;
  const { roles, groups, ...context } = invocation.context;
  const subject = context.user?.id ?? '';
  return {
    id,
    method,
    resultBytesMax,
    context: {
      ...context,
      cacheScopeKey: `${key.organizationId}:${subject}:${[...roles].sort().join()}:${[...groups].sort().join()}`,
      egressToken: token,
      credentials: referencesOf(connections),
      connections,
    },
  };
}

/** For code that sends the reference itself: one to a name, the default account's where there are several. */
function referencesOf(connections: readonly CallConnection[]): Readonly<Record<string, string>> {
  const defaultsLast = connections.toSorted((one, other) => Number(one.isDefault) - Number(other.isDefault));
  return Object.fromEntries(defaultsLast.map(({ name, reference }) => [name, reference]));
}

const START_CODES: Readonly<Record<string, ErrorCode>> = {
  crashed_at_start: 'sandbox.crashed_at_start',
  exited_at_start: 'sandbox.exited_at_start',
  no_server: 'sandbox.no_server',
  artifact_invalid: 'sandbox.artifact_invalid',
};

const STACK_LINES_MAX = 12;

/** Why it did not start. Message and stack are the author's own and are shown to the author; escaped like log text. */
export function startErrorOf(value: JsonObject): AppError {
  const code = START_CODES[String(value.code)] ?? 'sandbox.crashed_at_start';
  const stack = Array.isArray(value.stack)
    ? value.stack.slice(0, STACK_LINES_MAX).map((line) => escapeText(String(line)))
    : [];
  const detail = escapeText(String(value.message ?? '')).slice(0, 2000);
  return new AppError(code, { ...(detail !== '' && { detail }), data: { stack } });
}

/**
 * The answer a frame holds: its header checked, its payload measured and not read.
 *
 * @throws AppError `sandbox.result_too_large`
 */
export function takeAnswer(
  header: JsonObject,
  payload: Buffer,
  invocation: Pick<InvocationHeader, 'resultBytesMax'>,
): Omit<RawAnswer, 'timings'> {
  const bytes = typeof header.tooLarge === 'number' ? header.tooLarge : payload.byteLength;
  if (bytes > invocation.resultBytesMax) throw resultTooLarge(bytes, invocation);
  return { isError: header.isError === true, payload };
}

/** A change that a connector publishes outside of its calls, or why it is none. */
export function connectorEventOf({
  method,
  uri,
}: JsonObject): Omit<ConnectorEvent, 'key'> | 'unknown kind' | 'no valid URI' {
  if (!isConnectorEventMethod(method)) return 'unknown kind';
  if (method !== 'notifications/resources/updated') return { method };
  return typeof uri === 'string' && uri.length <= EVENT_URI_LENGTH_MAX ? { method, uri } : 'no valid URI';
}

export function asLogLevel(value: unknown): LogLevel {
  return LOG_LEVELS.find((level) => level === value) ?? 'info';
}
