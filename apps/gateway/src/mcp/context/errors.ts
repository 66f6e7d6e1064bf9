import { type AppError, errorPagePath, withDashboardOrigin } from '@patchbay/foundation';
import {
  completed,
  errorMessage,
  type JsonObject,
  type ManifestView,
  type McpRequest,
  RPC_CODES,
  type RpcId,
} from '@patchbay/mcp';
import { authenticateHeader } from './challenge.ts';

/** Where pages about errors are, and under which id the log knows this request. */
export interface ErrorContext {
  readonly origin: string;
  readonly requestId: string;
}

/** The member of a failed result's `_meta` that repeats its text as fields. */
const ERROR_META = 'com.patchbay/error';

/**
 * A failed tool call as a result the model reads and can act on: another tool, smaller arguments, a message to its
 * person. Null for all other errors, which stay errors of the protocol.
 */
export function toolErrorResult(
  error: AppError,
  request: McpRequest,
  manifest: ManifestView,
  context: ErrorContext,
): JsonObject | null {
  const modelCanAct =
    error.code.startsWith('policy.') || error.spec.owner === 'connector' || error.spec.owner === 'upstream';
  if (request.method !== 'tools/call' || !modelCanAct) return null;
  const hint = withDashboardOrigin(error.hint, context.origin);
  const text = `${error.detail}\n${hint}\n(${error.code}, request ${context.requestId})`;
  const facts = factsOf(error, context);
  const result: JsonObject = { content: [{ type: 'text', text }], isError: true, _meta: { [ERROR_META]: facts } };
  return request.era === 'modern' ? completed(manifest, result) : result;
}

/**
 * The fields of an error for programs, in every form of answer. Seconds are those of `Retry-After`, which an open
 * stream cannot send any more.
 */
function factsOf(error: AppError, { requestId }: ErrorContext): JsonObject {
  const { code, data, retryAfterSeconds } = error;
  const facts: JsonObject = { code, requestId };
  if (typeof data?.outcome === 'string') facts.outcome = data.outcome;
  if (typeof data?.idempotencyKey === 'string') facts.idempotencyKey = data.idempotencyKey;
  if (retryAfterSeconds !== undefined) facts.retryAfterSeconds = wholeSeconds(retryAfterSeconds);
  return facts;
}

const wholeSeconds = (seconds: number) => Math.max(1, Math.ceil(seconds));

/** An error of ours in JSON-RPC. Its code is the HTTP status: outside the protocol's own range, and readable. */
export function errorAnswer(error: AppError, id: RpcId | null, context: ErrorContext) {
  const { status, title } = error.spec;
  return errorMessage(id, {
    code: error.code === 'internal.unexpected' ? RPC_CODES.internal : status,
    message: error.detail,
    data: {
      ...error.data,
      ...factsOf(error, context),
      title,
      hint: withDashboardOrigin(error.hint, context.origin),
      page: `${context.origin}/api/docs/errors/${errorPagePath(error.code)}`,
    },
  });
}

/** The headers an error brings along. `resource`: absolute URL of the endpoint. @see RFC 6750 §3, RFC 9110 §10.2.3 */
export function errorHeaders(error: AppError, resource: string): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(wholeSeconds(error.retryAfterSeconds));
  const challenge = authenticateHeader(error, resource);
  if (challenge !== null) headers['www-authenticate'] = challenge;
  if (error.spec.status === 405) headers.allow = 'POST';
  // The rest of an unread body must not be taken for the next request.
  if (error.spec.status === 408 || error.spec.status === 413) headers.connection = 'close';
  return headers;
}
