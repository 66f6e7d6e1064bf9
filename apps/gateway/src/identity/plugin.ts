/**
 * better-auth at /api/auth, with only the paths on our list. The sign-up policy is decided here, before better-auth
 * sees the request; the cross-site rule of the admin API holds here too.
 */

import { AppError, findTextProblem } from '@patchbay/foundation';
import { ADMIN_LIMITS } from '@patchbay/foundation/limits';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerApiError, invalidRequest } from '../http/api-error.ts';
import { checkCrossSite, mediaType } from '../http/check-cross-site.ts';
import { ADDRESS_HEADER } from './account-rules.ts';
import type { Identity } from './identity.ts';
import { findOfferedPath, type OfferedPath, type OfferedPathDeps } from './offered-paths.ts';

/**
 * Paths that are open while a session of an organization's identity provider is there: those that begin another sign-in or
 * end this one. It must not change what opens the person elsewhere.
 */
const OPEN_TO_PROVIDER_SESSIONS: ReadonlySet<string> = new Set([
  '/sign-up/email',
  '/sign-in/email',
  '/sign-out',
  '/get-session',
  '/two-factor/verify-totp',
  '/two-factor/verify-backup-code',
  '/passkey/generate-authenticate-options',
  '/passkey/verify-authentication',
]);

export interface IdentityPluginOptions extends OfferedPathDeps {
  readonly origin: string;
  readonly identity: Pick<Identity, 'findSession'>;
}

const BASE = '/api/auth';
/** Ours: a link that proves the address of the person who is signed in. */
const PROOF_URL = `${BASE}/send-proof`;
const BODY_BYTES_MAX = ADMIN_LIMITS.identityBody.value;
/** Headers better-auth may see. Everything else of a caller stays outside. */
const PASSED_HEADERS = [
  'cookie',
  'content-type',
  'user-agent',
  'origin',
  'sec-fetch-site',
  'sec-fetch-mode',
  'sec-fetch-dest',
];

const Refusal = z.object({ code: z.string() });

export async function identityPlugin(app: FastifyInstance, options: IdentityPluginOptions): Promise<void> {
  const { auth, origin } = options;
  app.setErrorHandler((error, request, reply) => answerApiError(error, request, reply, origin));

  // For the pages that offer an account. It is no secret: an attempt shows it too.
  app.get(`${BASE}/sign-up`, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ policy: options.policy.kind, mail: options.requests.channel }),
  );
  app.post(PROOF_URL, { bodyLimit: BODY_BYTES_MAX }, async (request, reply) => {
    checkBrowser(request, origin);
    await askForProof(options, request);
    return reply.code(202).header('cache-control', 'no-store').send({ sent: true });
  });
  app.route({
    method: ['GET', 'POST'],
    url: `${BASE}/*`,
    bodyLimit: BODY_BYTES_MAX,
    onRequest: async (request) => {
      if (findOfferedPath(request.method, pathOf(request)) === null) throw new AppError('auth.not_offered');
      checkBrowser(request, origin);
    },
    handler: async (request, reply) => {
      const offered = findOfferedPath(request.method, pathOf(request));
      if (!OPEN_TO_PROVIDER_SESSIONS.has(pathOf(request))) await refuseProviderSession(options, request);
      checkTexts('querystring', request.query);
      checkTexts('body', request.body);
      const body = (await offered?.prepare?.(options, request)) ?? request.body;
      const response = await auth.handler(toWebRequest(request, origin, body));
      const text = await response.text();
      if (response.ok) await offered?.finish?.(options, request, text);
      else throwOurs(offered?.refusals, text);
      if (response.status === 429) {
        const retryAfterSeconds = Number(response.headers.get('x-retry-after') ?? '60');
        throw new AppError('auth.too_many_attempts', { retryAfterSeconds });
      }
      return answer(reply, response, text);
    },
  });
}

/** @throws AppError `auth.session_elsewhere` */
async function refuseProviderSession({ identity }: IdentityPluginOptions, request: FastifyRequest): Promise<void> {
  const signedIn = await identity.findSession(request.headers);
  if (signedIn !== null && signedIn.session.organizationIds !== null) throw new AppError('auth.session_elsewhere');
}

/** @throws AppError `auth.required`, `auth.mail_off`, `auth.too_many_mails` */
async function askForProof({ identity, requests, attempts }: IdentityPluginOptions, request: FastifyRequest) {
  const signedIn = await identity.findSession(request.headers);
  if (!signedIn) throw new AppError('auth.required');
  if (signedIn.session.organizationIds !== null) throw new AppError('auth.session_elsewhere');
  requests.requireMail();
  await attempts.admitMail({ email: signedIn.person.email, address: request.clientAddress });
  await requests.askForProof(signedIn.person.id);
}

/** @throws AppError where the path has an error of ours for the code of better-auth's answer */
function throwOurs(refusals: OfferedPath['refusals'], text: string): void {
  if (refusals === undefined) return;
  const refusal = Refusal.safeParse(JSON.parse(text === '' ? 'null' : text));
  const code = refusal.success ? refusals[refusal.data.code] : undefined;
  if (code !== undefined) throw new AppError(code);
}

function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '').split('?', 1).join('').slice(BASE.length);
}

/** A browser always sends the origin of a request; a program without cookie has no ambient authority to abuse. */
function checkBrowser(request: FastifyRequest, origin: string): void {
  const { headers } = request;
  const isBrowser = Boolean(headers.cookie ?? headers.origin ?? headers['sec-fetch-site']);
  if (isBrowser) checkCrossSite(request, origin, ['application/json']);
  else if (request.method !== 'GET' && mediaType(headers['content-type']) !== 'application/json') {
    throw new AppError('admin.content_type');
  }
}

/** better-auth's own schemas take every text; what no row can hold ends here. @throws AppError `admin.invalid_request` */
function checkTexts(where: string, value: unknown): void {
  const found = findTextProblem(value);
  if (found) throw invalidRequest(where, [{ path: found.path, message: found.problem }]);
}

function toWebRequest(request: FastifyRequest, origin: string, body: unknown): Request {
  const headers = new Headers();
  for (const name of PASSED_HEADERS) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  headers.set(ADDRESS_HEADER, request.clientAddress);
  return new Request(new URL(request.raw.url ?? '/', origin), {
    method: request.method,
    headers,
    ...(request.method === 'POST' && { body: JSON.stringify(body ?? {}) }),
  });
}

function answer(reply: FastifyReply, response: Response, text: string) {
  reply.code(response.status).header('cache-control', 'no-store');
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  return reply.type(response.headers.get('content-type') ?? 'application/json').send(text);
}
