import { type AppError, asSentence, type ErrorCode } from '@patchbay/foundation';
import type { Invocation } from './invocation.ts';

/** Facts about a call that ended without its answer. */
export interface FailedCall {
  readonly effect: Invocation['effect'];
  /** Whether the connector was given the call. */
  readonly isSent: boolean;
  readonly code: ErrorCode;
  /** The idempotency key with which the upstream recognises a repetition; null for reads. */
  readonly idempotencyKey: string | null;
}

/** The possible effects of a failed call. */
export type FailedCallOutcome = 'not_run' | 'nothing_changed' | 'unknown';

export interface FailedCallWords {
  readonly outcome: FailedCallOutcome;
  /** The possible effect as a sentence; follows the sentence about the failure. */
  readonly note: string;
  /** The hint to check or to repeat, instead of the catalogue's; null where the catalogue's applies. */
  readonly hint: string | null;
}

/** Codes of calls whose connector answered: only the result does not arrive. */
const ANSWERED: ReadonlySet<ErrorCode> = new Set([
  'sandbox.result_too_large',
  'sandbox.invalid_result',
  'mcp.result_too_long',
]);

/**
 * The possible effect of a call without an answer, in the words for its caller. With every code: a call that can write
 * and was sent is never reported as safe to repeat. The table is in docs/request-flow.md.
 */
export function explainFailedCall({ effect, isSent, code, idempotencyKey }: FailedCall): FailedCallWords {
  if (!isSent) {
    const note = 'The call did not reach the connector: nothing happened, and repeating it is safe.';
    return { outcome: 'not_run', note, hint: null };
  }
  if (effect === 'read') {
    const note = 'The call only reads, so nothing was changed and repeating it is safe.';
    return { outcome: 'nothing_changed', note, hint: null };
  }
  const note = ANSWERED.has(code)
    ? 'The call can write and it ran to its end: what it does has most likely taken effect, only its result is missing.'
    : 'The call can write and its end is unknown: it may have taken effect in full, in part or not at all.';
  const check =
    'Do not repeat the call. Look first, with a tool that reads or at the service it writes to, whether it took effect.';
  const key =
    idempotencyKey === null ? '' : ` A connector that hands on its idempotency key left it there: ${idempotencyKey}.`;
  return { outcome: 'unknown', note, hint: `${check}${key}` };
}

/**
 * The error as the caller of a tool gets it: with the possible effect of the call and, when that is unknown, a hint to
 * check instead of one to repeat, and no retry delay. An error that ended no call stays as it is.
 */
export function asFailedCall(error: AppError, effect: Invocation['effect']): AppError {
  if (error.sent === undefined) return error;
  const key = error.data?.idempotencyKey;
  const idempotencyKey = typeof key === 'string' ? key : null;
  const { outcome, note, hint } = explainFailedCall({ effect, isSent: error.sent, code: error.code, idempotencyKey });
  return error.with({
    detail: `${asSentence(error.detail)} ${note}`,
    hint: hint ?? error.hint,
    data: { ...error.data, outcome },
    retryAfterSeconds: outcome === 'unknown' ? undefined : error.retryAfterSeconds,
  });
}

/** Whether the call that ended with this error may have taken effect. */
export function mayHaveTakenEffect(error: AppError, effect: Invocation['effect']): boolean {
  return effect === 'write' && error.sent === true;
}
