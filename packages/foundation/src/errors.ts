import { ERRORS, type ErrorCode } from './catalog/index.ts';

/**
 * The party that has to act before the same request can succeed. Drives log level and alerting: only `platform` pages
 * an operator.
 */
export type FaultOwner = 'caller' | 'connector' | 'upstream' | 'platform';

/** One row of the catalogue. `title` describes what happened, `hint` the remedy; both are shown to people. */
export interface ErrorSpec {
  /** HTTP status on surfaces that speak HTTP statuses. */
  readonly status: number;
  readonly owner: FaultOwner;
  readonly title: string;
  readonly hint: string;
}

export interface AppErrorOptions {
  /** One sentence about this occurrence, safe to show to the caller. Defaults to the catalogue's title. */
  readonly detail?: string;
  /** The remedy for this occurrence. Defaults to the catalogue's hint. */
  readonly hint?: string;
  /** Facts for the caller's program: names, limits, positions. Serialized as they are. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Seconds after which a retry makes sense; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** Whether the call that this ended had reached its connector; undefined for what ended no call. Not serialized to a caller. */
  readonly sent?: boolean;
  /** For logs only. Never serialized to a caller. */
  readonly internal?: string;
  readonly cause?: unknown;
}

/** The one error type that crosses module borders; each surface renders it in its own shape. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly hint: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly sent: boolean | undefined;
  readonly internal: string | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.detail ?? ERRORS[code].title, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.detail = this.message;
    this.hint = options.hint ?? ERRORS[code].hint;
    this.data = options.data;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.sent = options.sent;
    this.internal = options.internal;
  }

  /** The same error, with some of its options replaced. */
  with(change: AppErrorOptions): AppError {
    const { detail, hint, data, retryAfterSeconds, sent, internal } = this;
    const same: AppErrorOptions = { detail, hint, data, retryAfterSeconds, sent, internal, cause: this };
    return new AppError(this.code, { ...same, ...change });
  }

  get spec(): ErrorSpec {
    return ERRORS[this.code];
  }
}

/** Every error as an AppError: an unknown one becomes `internal.unexpected` and keeps its cause for the log. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('internal.unexpected', {
    cause: error,
    internal: error instanceof Error ? error.message : String(error),
  });
}

/** Path of the code's page below `docs/errors/`, without ending: `policy.tool_blocked` → `policy/tool_blocked`. */
export function errorPagePath(code: ErrorCode): string {
  return code.replace('.', '/');
}

/** A text that another sentence can follow: details end as their author ended them, those of a connector in any way. */
export function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
