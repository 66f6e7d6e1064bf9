/** AppError → problem document. @see RFC 9457 */
import { AppError, asAppError, storable } from '@patchbay/foundation';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { frameworkError, sendProblem } from './send-problem.ts';

/** Any thrown value as an AppError: ours as they are, the framework's by code, the rest as `internal.unexpected`. */
export function apiError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? 'request';
    return invalidRequest(
      where,
      error.validation.map(({ instancePath, message }) => ({
        path: instancePath.split('/').slice(1),
        message: message ?? 'is not valid',
      })),
    );
  }
  return frameworkError(error, 'admin') ?? asAppError(error);
}

/**
 * A refusal that lists what does not fit and where. Places are shown as they can be stored and printed: the name of a
 * field is a stranger's text too.
 *
 * @param where the part of the request: `params`, `querystring` or `body`
 */
export function invalidRequest(
  where: string,
  issues: readonly { readonly path: readonly string[]; readonly message: string }[],
): AppError {
  const errors = storable(issues.map(({ path, message }) => ({ path: [where, ...path].join('.'), message })));
  const [first] = errors;
  return new AppError('admin.invalid_request', {
    ...(first && { detail: `${first.path}: ${first.message}` }),
    data: { errors },
  });
}

/** Answers with the problem and logs it: the platform's own faults as errors with their cause, the rest briefly. */
export function answerApiError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, origin: string) {
  const error = apiError(thrown);
  const facts = { code: error.code, status: error.spec.status, internal: error.internal, requestId: request.id };
  if (error.spec.owner === 'platform') request.log.error({ ...facts, err: error.cause ?? error }, 'request failed');
  else request.log.info(facts, 'request refused');
  // A body that is refused half-way would otherwise be read to its end.
  if (!request.raw.complete) reply.header('connection', 'close');
  if (error.spec.status === 401 && !reply.hasHeader('www-authenticate')) {
    reply.header('www-authenticate', 'Bearer realm="patchbay"');
  }
  return sendProblem(reply, error, origin);
}
