/** The connector's answer, from the payload that crossed the supervisor unread to the outcome of the call. */
import { AppError } from '@patchbay/foundation';
import type { InvocationHeader } from '../calls/invocation.ts';
import type { InvocationOutcome, InvocationTimings, RpcError } from '../calls/outcome.ts';
import { isJsonObject } from './json.ts';
import { decodePayload } from './payload.ts';

/** An answer as it crosses the supervisor. */
export interface RawAnswer {
  /** Whether the payload is a JSON-RPC error instead of a result. */
  readonly isError: boolean;
  /** JSON text, as the sandbox wrote it. */
  readonly payload: Buffer;
  readonly timings: InvocationTimings;
}

/**
 * A value written again can be longer than it was read: 1e20 becomes 21 digits. Below this share of the limit a payload
 * needs no second look.
 */
const GROWTH_MAX = 6;

/** @throws AppError `sandbox.result_too_large`, `sandbox.invalid_result` */
export function readAnswer(
  { isError, payload, timings }: RawAnswer,
  limits: Pick<InvocationHeader, 'resultBytesMax'>,
): InvocationOutcome {
  const value = decodePayload(payload);
  if (isError) return { kind: 'error', error: readError(value), timings };
  if (!isJsonObject(value)) throw new AppError('sandbox.invalid_result');
  if (payload.byteLength * GROWTH_MAX > limits.resultBytesMax) {
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > limits.resultBytesMax) throw resultTooLarge(bytes, limits);
  }
  const kind = value.resultType === 'input_required' ? 'input_required' : 'complete';
  return { kind, result: value, timings };
}

export function resultTooLarge(bytes: number, { resultBytesMax }: Pick<InvocationHeader, 'resultBytesMax'>): AppError {
  return new AppError('sandbox.result_too_large', {
    detail: `The result has ${bytes} bytes; ${resultBytesMax} are allowed.`,
    data: { bytes, bytesMax: resultBytesMax },
  });
}

function readError(value: unknown): RpcError {
  if (isJsonObject(value)) {
    const { code, message, data } = value;
    if (typeof code === 'number' && Number.isInteger(code) && typeof message === 'string') {
      return data === undefined ? { code, message } : { code, message, data };
    }
  }
  throw new AppError('sandbox.invalid_result', {
    detail: 'The connector answered with an error that has no code or message.',
  });
}
