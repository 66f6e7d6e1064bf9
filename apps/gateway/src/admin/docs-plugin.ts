/** /api/v1/openapi.json, its readable form at /api/docs, and one page per error code below it. */
import { readFile } from 'node:fs/promises';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { AppError, ERRORS, type ErrorCode, errorPagePath } from '@patchbay/foundation';
import type { FastifyInstance } from 'fastify';
import { answerApiError } from '../http/api-error.ts';
import { sendDocument } from '../http/document.ts';
import { ENDPOINTS } from './endpoints/index.ts';
import { renderErrorPage } from './error-page.ts';
import { API_BASE, renderOpenApi } from './openapi.ts';
import { API_VERSION } from './version.ts';

const PAGES = new URL('../../../../docs/errors/', import.meta.url);

/** Scripts and styles come from files of this origin; the reference reads the document and nothing else. */
const REFERENCE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export async function docsPlugin(app: FastifyInstance, { origin }: { readonly origin: string }): Promise<void> {
  const document = renderOpenApi(ENDPOINTS, API_VERSION);
  app.setErrorHandler((error, request, reply) => answerApiError(error, request, reply, origin));

  app.get(`${API_BASE}/openapi.json`, async (_request, reply) =>
    reply.header('cache-control', 'public, no-cache').send(document),
  );

  app.get<{ Params: { area: string; name: string } }>('/api/docs/errors/:area/:name', async (request, reply) => {
    const code = `${request.params.area}.${request.params.name}`;
    if (!isCode(code)) throw new AppError('admin.not_found');
    const text = await readFile(new URL(`${errorPagePath(code)}.md`, PAGES), 'utf8').catch(() => '');
    return sendDocument(reply, renderErrorPage(code, text));
  });

  await app.register(async (scope) => {
    // The document is ready made, and of the same shape as the plugin's own type.
    await scope.register(swagger, { mode: 'static', specification: { document: document as never } });
    scope.addHook('onSend', async (_request, reply) => {
      reply.header('content-security-policy', REFERENCE_POLICY);
    });
    await scope.register(swaggerUi, {
      routePrefix: '/api/docs',
      uiConfig: { deepLinking: true, docExpansion: 'list', tryItOutEnabled: false, supportedSubmitMethods: [] },
      theme: { title: 'Patchbay admin API' },
    });
  });
}

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}
