/**
 * The documentation of exactly this version at `/-/docs/`: static files that `npm run docs` built, whose one dynamic
 * part is the search in the browser. Until they are there, a page explains that and reloads by itself; the pages of the errors
 * at `/api/docs/errors/` never wait for them.
 */
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import { AppError, errorPagePath, type Logger } from '@patchbay/foundation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendDocument } from '../http/document.ts';
import { answerEdgeError, edgeError } from '../http/edge-error.ts';
import { renderPage, wantsHtml } from '../http/render-page.ts';
import type { Surface } from '../http/surface.ts';
import { BuiltSite } from './built-site.ts';

const DOCS_BASE = '/-/docs';

export interface DocsOptions {
  /** See `SiteState`; it may not exist yet. */
  readonly directory: string;
  readonly origin: string;
  readonly logger: Logger;
}

/** A build takes some twenty seconds; a page that waits for it asks again after this. */
const RELOAD_SECONDS = 5;
/** Names of these files contain a hash of their content. */
const HASHED = /[/\\]assets[/\\]/;

/** The surface of the documentation; none without a directory. */
export function docsSurface(options: {
  readonly docsDirectory: string | undefined;
  readonly origin: string;
  readonly logger: Logger;
}): Surface[] {
  const { docsDirectory: directory, origin, logger } = options;
  if (directory === undefined) return [];
  return [{ name: 'docs', register: (app) => docsPlugin(app, { directory, origin, logger }) }];
}

/** Registers the documentation below {@link DOCS_BASE}, with its own policy, error page and page for what is missing. */
export async function docsPlugin(app: FastifyInstance, options: DocsOptions): Promise<void> {
  await app.register((docs) => serveSite(docs, options), { prefix: DOCS_BASE });
}

async function serveSite(app: FastifyInstance, options: DocsOptions): Promise<void> {
  const site = new BuiltSite(options.directory);

  app.setErrorHandler((error, request, reply) => answerError(options, request, reply, docsError(error)));
  app.addHook('onRequest', async (_request, reply) => {
    const state = await site.state();
    if (state.kind === 'failed') throw new AppError('edge.docs_failed');
    if (state.kind === 'building') throw new AppError('edge.docs_building', { retryAfterSeconds: RELOAD_SECONDS });
    reply.header('content-security-policy', state.policy);
  });
  app.setNotFoundHandler(async (request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply.header('allow', 'GET, HEAD');
      throw new AppError('edge.method_not_allowed', { hint: 'Read the documentation with GET or HEAD.' });
    }
    const state = await site.state();
    if (state.kind !== 'built' || !wantsHtml(request.headers.accept)) throw new AppError('edge.not_found');
    return reply.code(404).type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(state.notFound);
  });

  app.get('', async (_request, reply) => reply.redirect(`${DOCS_BASE}/`, 302));
  await app.register(fastifyStatic, {
    root: path.resolve(site.root),
    suppressWarning: true,
    // `/-/docs/authors` is authors.html.
    extensions: ['html'],
    redirect: true,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders(reply, file) {
      const cached = HASHED.test(file) ? 'public, max-age=31536000, immutable' : 'public, no-cache';
      reply.header('cache-control', cached);
    },
  });
}

/** Paths that the static files refuse, such as those that climb out, lead to nothing here. */
function docsError(error: unknown): AppError {
  const isRefusedPath = error instanceof Error && 'statusCode' in error && error.statusCode === 403;
  return isRefusedPath ? new AppError('edge.not_found', { cause: error }) : edgeError(error);
}

/** A reader who waits gets a page that asks again by itself, and every other client a problem. */
function answerError(
  { origin, logger }: DocsOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  error: AppError,
): FastifyReply {
  const { code, spec, hint, retryAfterSeconds } = error;
  const isMissing = code === 'edge.docs_building' || code === 'edge.docs_failed';
  if (!isMissing || !wantsHtml(request.headers.accept))
    return answerEdgeError({ origin, logger }, request, reply, error);
  if (retryAfterSeconds !== undefined) {
    // A header of HTML (§7.5.1.2), so that a page without any script reloads.
    reply.headers({ 'retry-after': String(retryAfterSeconds), refresh: String(retryAfterSeconds) });
  }
  const link = { href: `${origin}/api/docs/errors/${errorPagePath(code)}`, label: `About ${code}` };
  reply.code(spec.status).header('cache-control', 'no-store');
  return sendDocument(reply, renderPage({ title: spec.title, text: hint, link }));
}
