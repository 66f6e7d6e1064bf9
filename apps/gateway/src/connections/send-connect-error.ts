import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerApiError, apiError } from '../http/api-error.ts';
import { sendDocument } from '../http/document.ts';
import { renderPage, wantsHtml } from '../http/render-page.ts';

/** A refusal as a page with its remedy, also where the provider is to blame; programs get the problem document. */
export function sendConnectError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, origin: string) {
  const error = apiError(thrown);
  if (error.spec.owner === 'platform' || !wantsHtml(request.headers.accept)) {
    return answerApiError(error, request, reply, origin);
  }
  const facts = { code: error.code, status: error.spec.status, internal: error.internal, requestId: request.id };
  request.log.info(facts, 'request refused');
  const text = error.detail === error.spec.title ? error.hint : `${error.detail} ${error.hint}`;
  const link = { href: '/dashboard', label: 'To the dashboard' };
  reply.code(error.spec.status).headers({ 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
  return sendDocument(reply, renderPage({ title: error.spec.title, text, link }));
}
