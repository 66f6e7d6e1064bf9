/** Between the host's terms and the runner's frames; reads nothing without checking it. */
import { AppError, type ErrorCode } from '@patchbay/foundation';
import { type Invocation, LOG_LEVELS, type LogLevel } from '../protocol/invocation.ts';
import { isJsonObject, type JsonObject } from '../protocol/json.ts';
import type { RpcError } from '../protocol/outcome.ts';
import type { RunnerCall } from '../protocol/runner-call.ts';
import { escapeText } from './logs/escape-text.ts';

/** The invocation as the runner gets it: no key, digest or rule, and of credentials only the references. */
export function runnerCallOf(invocation: Invocation, references: Readonly<Record<string, string>>): RunnerCall {
  const { id, method, params, resultBytesMax, key } = invocation;
  const { roles, groups, ...context } = invocation.context;
  const subject = context.user?.id ?? '';
  return {
    id,
    method,
    params,
    resultBytesMax,
    context: {
      ...context,
      cacheScopeKey: `${key.organizationId}:${subject}:${[...roles].sort().join()}:${[...groups].sort().join()}`,
      credentials: references,
    },
  };
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
 * A value written again can be longer than it was read: 1e20 becomes 21 digits, a byte that is no UTF-8 three of them. Below
 * this share of the bound a frame needs no second look.
 */
const GROWTH_MAX = 6;

/** @throws AppError `sandbox.result_too_large` or `sandbox.invalid_result` */
export function readAnswer(
  value: JsonObject,
  frameBytes: number,
  invocation: Invocation,
): { result: JsonObject } | { error: RpcError } {
  if (typeof value.tooLarge === 'number') throw tooLarge(value.tooLarge, invocation);
  if (isJsonObject(value.error)) {
    const { code, message, data } = value.error;
    if (typeof code !== 'number' || !Number.isInteger(code) || typeof message !== 'string') {
      throw new AppError('sandbox.invalid_result', {
        detail: 'The connector answered with an error that has no code or message.',
      });
    }
    return { error: { code, message, ...(data !== undefined && { data }) } };
  }
  if (!isJsonObject(value.result)) throw new AppError('sandbox.invalid_result');
  if (frameBytes * GROWTH_MAX > invocation.resultBytesMax) {
    const resultBytes = Buffer.byteLength(JSON.stringify(value.result));
    if (resultBytes > invocation.resultBytesMax) throw tooLarge(resultBytes, invocation);
  }
  return { result: value.result };
}

function tooLarge(bytes: number, invocation: Invocation): AppError {
  return new AppError('sandbox.result_too_large', {
    detail: `The result has ${bytes} bytes; ${invocation.resultBytesMax} are allowed.`,
    data: { bytes, bytesMax: invocation.resultBytesMax },
  });
}

export function asLogLevel(value: unknown): LogLevel {
  return LOG_LEVELS.find((level) => level === value) ?? 'info';
}
