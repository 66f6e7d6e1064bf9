/**
 * better-auth at /api/auth, with only the paths on our list. The sign-up policy is decided here, before better-auth
 * sees the request; the cross-site rule of the admin API holds here too.
 */

import { AppError, emailAddress, findTextProblem } from '@patchbay/foundation';
import { ADMIN_LIMITS } from '@patchbay/foundation/limits';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerApiError, invalidRequest } from '../http/api-error.ts';
import { checkCrossSite, mediaType } from '../http/check-cross-site.ts';
import { ADDRESS_HEADER } from './account-rules.ts';
import type { Attempts } from './attempts.ts';
import type { Auth } from './lazy-auth.ts';
import { findOpenInvitation, type OpenInvitation } from './open-invitation.ts';
import { mayEnrol, type SignUpPolicy } from './sign-up-policy.ts';

/** The paths below /api/auth that are served; better-auth has many more, and a new release may bring others. */
const OFFERED_PATHS: Readonly<Record<string, 'GET' | 'POST'>> = {
  '/sign-up/email': 'POST',
  '/sign-in/email': 'POST',
  '/sign-out': 'POST',
  '/get-session': 'GET',
  '/list-sessions': 'GET',
  '/revoke-session': 'POST',
  '/revoke-other-sessions': 'POST',
  '/change-password': 'POST',
  '/organization/accept-invitation': 'POST',
};

function isOffered(method: string, path: string): boolean {
  return Object.hasOwn(OFFERED_PATHS, path) && OFFERED_PATHS[path] === method;
}

export interface IdentityPluginOptions {
  readonly auth: Auth;
  readonly origin: string;
  readonly policy: SignUpPolicy;
  readonly attempts: Attempts;
  /** Called after an invitation was accepted, with the organization joined. */
  onJoined(joined: { organizationId: string; personId: string; memberId: string; requestId: string }): Promise<void>;
}

const BASE = '/api/auth';
const BODY_BYTES_MAX = ADMIN_LIMITS.identityBody.value;
/** The secret of an invitation's link, for signing up with it and for accepting it. */
const INVITATION_HEADER = 'x-patchbay-invitation';
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

const SIGN_IN_PATH = '/sign-in/email';
const ACCEPT_PATH = '/organization/accept-invitation';

const SignUp = z.object({ email: emailAddress() });
const SignIn = z.object({ email: z.string().max(254) });
const SignedIn = z.object({ user: z.object({ id: z.string(), email: z.string() }) });
const Joined = z.object({ member: z.object({ id: z.string(), organizationId: z.string(), userId: z.string() }) });

export async function identityPlugin(app: FastifyInstance, options: IdentityPluginOptions): Promise<void> {
  const { auth, origin } = options;
  app.setErrorHandler((error, request, reply) => answerApiError(error, request, reply, origin));

  // For the pages that offer an account. It is no secret: an attempt shows it too.
  app.get(`${BASE}/sign-up`, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ policy: options.policy.kind }),
  );
  app.route({
    method: ['GET', 'POST'],
    url: `${BASE}/*`,
    bodyLimit: BODY_BYTES_MAX,
    onRequest: async (request) => {
      if (!isOffered(request.method, pathOf(request))) throw new AppError('auth.not_offered');
      checkBrowser(request, origin);
    },
    handler: async (request, reply) => {
      const path = pathOf(request);
      checkTexts('querystring', request.query);
      checkTexts('body', request.body);
      if (path === '/sign-up/email') await checkSignUp(options, request);
      if (path === SIGN_IN_PATH) await options.attempts.admitPassword(signInAttempt(request));
      const body = path === ACCEPT_PATH ? await acceptance(auth, request) : request.body;
      const response = await auth.handler(toWebRequest(request, origin, body));
      if (response.status === 429) {
        const retryAfterSeconds = Number(response.headers.get('x-retry-after') ?? '60');
        throw new AppError('auth.too_many_attempts', { retryAfterSeconds });
      }
      const text = await response.text();
      if (response.ok && path === SIGN_IN_PATH) await rememberSignIn(options, request, text);
      if (response.ok && path === ACCEPT_PATH) await declareJoin(options, request, text);
      return answer(reply, response, text);
    },
  });
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

/** A body that names no account is refused by better-auth, and counted for its address all the same. */
function signInAttempt(request: FastifyRequest) {
  const body = SignIn.safeParse(request.body);
  return { email: body.success ? body.data.email : '', address: request.clientAddress };
}

async function rememberSignIn({ attempts }: IdentityPluginOptions, request: FastifyRequest, text: string) {
  const { user } = SignedIn.parse(JSON.parse(text));
  await attempts.remember(user.id, { email: user.email, address: request.clientAddress });
}

/** @throws AppError `auth.sign_up_closed` */
async function checkSignUp({ auth, policy }: IdentityPluginOptions, request: FastifyRequest): Promise<void> {
  const body = SignUp.safeParse(request.body);
  if (!body.success) throw new AppError('admin.invalid_request', { detail: 'The e-mail address is not one.' });
  const { email } = body.data;
  const invited = (await invitationOfRequest(auth, request))?.email.toLowerCase() === email.toLowerCase();
  // The same answer for every address that is not admitted: it never reveals who was invited.
  if (!mayEnrol(policy, email, invited)) throw new AppError('auth.sign_up_closed');
}

async function invitationOfRequest(auth: Auth, request: FastifyRequest): Promise<OpenInvitation | null> {
  const secret = request.headers[INVITATION_HEADER];
  return typeof secret === 'string' ? findOpenInvitation(auth, secret) : null;
}

/** better-auth accepts by id, which is no secret: only ours from the secret's look-up gets there. @throws AppError `auth.invitation_invalid` */
async function acceptance(auth: Auth, request: FastifyRequest): Promise<{ invitationId: string }> {
  const invitation = await invitationOfRequest(auth, request);
  if (!invitation) throw new AppError('auth.invitation_invalid');
  return { invitationId: invitation.id };
}

async function declareJoin(options: IdentityPluginOptions, request: FastifyRequest, text: string): Promise<void> {
  const { member } = Joined.parse(JSON.parse(text));
  await options.onJoined({
    organizationId: member.organizationId,
    personId: member.userId,
    memberId: member.id,
    requestId: request.id,
  });
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
