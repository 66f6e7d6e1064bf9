/**
 * Common parts of the platform's own forms: they work without script, and only their own page can send them. The
 * address of each holds a secret (a setup token, an invitation); the form token is bound to it.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError, type Secret, text } from '@patchbay/foundation';
import { ADMIN_LIMITS } from '@patchbay/foundation/limits';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerApiError, apiError, invalidRequest } from '../http/api-error.ts';
import { checkCrossSite } from '../http/check-cross-site.ts';
import { sendDocument } from '../http/document.ts';
import { wantsHtml } from '../http/render-page.ts';
import { renderMessagePage } from './setup-page.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const FORM_BYTES_MAX = ADMIN_LIMITS.formBody.value;

const Fields = z.record(text(), text());
/** Fields of a form, each a text that can be stored. */
export type FormValues = Readonly<Record<string, string | undefined>>;

/** Reads forms into `FormValues`; refuses what no row can hold, `admin.invalid_request`, whatever the field. */
export function addFormParser(app: FastifyInstance): void {
  app.addContentTypeParser(FORM_TYPE, { parseAs: 'string', bodyLimit: FORM_BYTES_MAX }, (_request, body, done) => {
    const fields = Fields.safeParse(Object.fromEntries(new URLSearchParams(String(body))));
    if (fields.success) return done(null, fields.data);
    const issues = fields.error.issues.map(({ path, message }) => ({ path: path.map(String), message }));
    done(invalidRequest('body', issues));
  });
}

export function formToken(secret: Secret, address: string): string {
  return createHmac('sha256', secret.reveal()).update(`form of ${address}`).digest('base64url');
}

/** The fields, once the request has proved to come from the form of this address. @throws AppError `auth.cross_site` */
export function readForm(request: FastifyRequest, expected: { origin: string; token: string }): FormValues {
  checkCrossSite(request, expected.origin, [FORM_TYPE]);
  // The parser above makes a flat record of texts, the only one this surface has.
  const values = (request.body ?? {}) as FormValues;
  if (!sameText(values.formToken ?? '', expected.token)) throw new AppError('auth.cross_site');
  return values;
}

/**
 * The policy of every answer forbids forms and sends no referrer; with no referrer a browser would name the origin of
 * the form `null`. The page's own address stays within this origin.
 */
export function sendPage(reply: FastifyReply, status: number, html: string) {
  reply.code(status).headers({ 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
  return sendDocument(reply, html, "'self'");
}

/** A refusal as a page for browsers, as a problem document for all other clients. */
export function sendFormError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, origin: string) {
  const error = apiError(thrown);
  if (error.spec.owner !== 'caller' || !wantsHtml(request.headers.accept)) {
    return answerApiError(error, request, reply, origin);
  }
  request.log.info({ code: error.code, status: error.spec.status, requestId: request.id }, 'request refused');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  return sendPage(reply, error.spec.status, renderMessagePage(error.spec.title, error.spec.hint));
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
