/** Errors on the wire, for every surface but MCP. @see RFC 9457 */
import { AppError, type ErrorCode } from '@patchbay/foundation';
import type { FastifyReply } from 'fastify';
import { PROBLEM_TYPE, renderProblem } from './render-problem.ts';

/** The answering component: the admin API names fields that its own clients sent; everything else is the edge's. */
type Speaker = 'admin' | 'edge';

/** Errors of Fastify itself, each event once, with the code it has in either surface. */
const FRAMEWORK: Readonly<Record<string, Readonly<Record<Speaker, ErrorCode>>>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { admin: 'admin.body_too_large', edge: 'edge.body_too_large' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { admin: 'admin.content_type', edge: 'edge.unsupported_media_type' },
  FST_ERR_CTP_INVALID_JSON_BODY: { admin: 'admin.invalid_request', edge: 'edge.bad_body' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { admin: 'admin.invalid_request', edge: 'edge.bad_body' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { admin: 'admin.invalid_request', edge: 'edge.bad_body' },
  FST_ERR_BAD_URL: { admin: 'edge.bad_path', edge: 'edge.bad_path' },
  // A part of the path that is longer than any name or secret is of nothing here.
  FST_ERR_MAX_PARAM_LENGTH: { admin: 'admin.not_found', edge: 'edge.not_found' },
};

/** A refusal of the framework as ours; null for anything else. */
export function frameworkError(thrown: unknown, speaker: Speaker): AppError | null {
  const code = thrown instanceof Error && 'code' in thrown ? FRAMEWORK[String(thrown.code)]?.[speaker] : undefined;
  return code === undefined ? null : new AppError(code, { cause: thrown });
}

/** Answers with the problem. `Retry-After` is in whole seconds, rounded up (RFC 9110 §10.2.3); nothing is cached. */
export function sendProblem(reply: FastifyReply, error: AppError, origin: string): FastifyReply {
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterSeconds)));
  return reply
    .code(error.spec.status)
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(renderProblem(error, reply.request.id, origin)));
}
