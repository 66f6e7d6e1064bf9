/** The paths of better-auth that are served below /api/auth, with what happens before and after each. */
import { AppError, type ErrorCode, emailAddress } from '@patchbay/foundation';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Attempts } from './attempts.ts';
import { FACTOR_PATHS } from './factor-paths.ts';
import type { Auth } from './lazy-auth.ts';
import { newLinkSecret } from './link-secret.ts';
import type { MailLinks } from './mail-links.ts';
import type { MailRequests } from './mail-requests.ts';
import { findOpenInvitation, type OpenInvitation } from './open-invitation.ts';
import type { SecondFactors } from './second-factors.ts';
import { mayEnrol, type SignUpPolicy } from './sign-up-policy.ts';

export interface OfferedPathDeps {
  readonly auth: Auth;
  readonly policy: SignUpPolicy;
  readonly attempts: Attempts;
  readonly secondFactors: SecondFactors;
  readonly links: MailLinks;
  readonly requests: MailRequests;
  /** Called after an invitation was accepted, with the organization joined. */
  onJoined(joined: { organizationId: string; personId: string; memberId: string; requestId: string }): Promise<void>;
}

export interface OfferedPath {
  readonly method: 'GET' | 'POST';
  /** Runs before better-auth sees the request. @returns the body that it gets instead of the caller's, if another */
  readonly prepare?: (deps: OfferedPathDeps, request: FastifyRequest) => Promise<unknown>;
  /** Runs after better-auth accepted, with its answer. */
  readonly finish?: (deps: OfferedPathDeps, request: FastifyRequest, text: string) => Promise<void>;
  /** Errors of ours for codes of better-auth; those without one go to the caller as they are. */
  readonly refusals?: Readonly<Record<string, ErrorCode>>;
}

/** The secret of an invitation's link, for signing up with it and for accepting it. */
const INVITATION_HEADER = 'x-patchbay-invitation';

const SignUp = z.object({ email: emailAddress() });
const SignIn = z.object({ email: z.string().max(254) });
const SignedIn = z.object({ user: z.object({ id: z.string(), email: z.string() }) });
const Joined = z.object({ member: z.object({ id: z.string(), organizationId: z.string(), userId: z.string() }) });

/** better-auth has many more, and a new release may bring others. */
const OFFERED_PATHS: Readonly<Record<string, OfferedPath>> = {
  '/sign-up/email': { method: 'POST', prepare: signUp, finish: followSignUp },
  '/sign-in/email': { method: 'POST', prepare: admitPassword, finish: rememberSignIn },
  '/sign-out': { method: 'POST' },
  '/get-session': { method: 'GET' },
  '/change-password': { method: 'POST', prepare: endOtherSessionsToo, finish: notePasswordChange },
  '/organization/accept-invitation': { method: 'POST', prepare: acceptance, finish: declareJoin },
  ...FACTOR_PATHS,
};

export function findOfferedPath(method: string, path: string): OfferedPath | null {
  const offered = Object.hasOwn(OFFERED_PATHS, path) ? OFFERED_PATHS[path] : undefined;
  return offered?.method === method ? offered : null;
}

/** A body that names no account is refused by better-auth, and counted for its address all the same. */
async function admitPassword({ attempts }: OfferedPathDeps, request: FastifyRequest): Promise<void> {
  const body = SignIn.safeParse(request.body);
  await attempts.admitPassword({ email: body.success ? body.data.email : '', address: request.clientAddress });
}

/** A right password that a second factor has to follow is no sign-in yet. */
async function rememberSignIn({ attempts }: OfferedPathDeps, request: FastifyRequest, text: string): Promise<void> {
  const answer = SignedIn.safeParse(JSON.parse(text));
  if (!answer.success) return;
  const { user } = answer.data;
  await attempts.remember(user.id, { email: user.email, address: request.clientAddress });
}

/** A person who knows the former password is signed out with it. */
async function endOtherSessionsToo(_deps: OfferedPathDeps, { body }: FastifyRequest): Promise<unknown> {
  return typeof body === 'object' && body !== null ? { ...body, revokeOtherSessions: true } : body;
}

async function notePasswordChange(
  { requests }: OfferedPathDeps,
  _request: FastifyRequest,
  text: string,
): Promise<void> {
  requests.notePasswordChange(SignedIn.parse(JSON.parse(text)).user.id);
}

/**
 * Where addresses are proved, a new account has a random password until its owner chooses one behind the mailed link, so
 * that no person can keep an address that they registered in advance.
 *
 * @throws AppError `auth.sign_up_closed`, `auth.too_many_mails`
 */
async function signUp(deps: OfferedPathDeps, request: FastifyRequest): Promise<unknown> {
  const email = await checkSignUp(deps, request);
  if (!deps.requests.provesAddresses) return request.body;
  await deps.attempts.admitMail({ email, address: request.clientAddress });
  return Object.assign({}, request.body, { password: newLinkSecret().reveal() });
}

async function followSignUp({ requests }: OfferedPathDeps, { body }: FastifyRequest): Promise<void> {
  if (requests.provesAddresses) requests.followSignUp(SignUp.parse(body).email);
}

/** @returns the address @throws AppError `auth.sign_up_closed` */
async function checkSignUp(deps: OfferedPathDeps, request: FastifyRequest): Promise<string> {
  const body = SignUp.safeParse(request.body);
  if (!body.success) throw new AppError('admin.invalid_request', { detail: 'The e-mail address is not one.' });
  const { email } = body.data;
  const invited = (await invitationOfRequest(deps, request))?.email.toLowerCase() === email.toLowerCase();
  // The same answer for every address that is not admitted: it never reveals who was invited.
  if (!mayEnrol(deps.policy, email, invited)) throw new AppError('auth.sign_up_closed');
  return email;
}

async function invitationOfRequest(deps: OfferedPathDeps, request: FastifyRequest): Promise<OpenInvitation | null> {
  const secret = request.headers[INVITATION_HEADER];
  return typeof secret === 'string' ? findOpenInvitation(deps, secret) : null;
}

/** better-auth accepts by id, which is no secret: only ours from the secret's look-up gets there. @throws AppError `auth.invitation_invalid` */
async function acceptance(deps: OfferedPathDeps, request: FastifyRequest): Promise<{ invitationId: string }> {
  const invitation = await invitationOfRequest(deps, request);
  if (!invitation) throw new AppError('auth.invitation_invalid');
  return { invitationId: invitation.id };
}

async function declareJoin(deps: OfferedPathDeps, request: FastifyRequest, text: string): Promise<void> {
  const { member } = Joined.parse(JSON.parse(text));
  await deps.onJoined({
    organizationId: member.organizationId,
    personId: member.userId,
    memberId: member.id,
    requestId: request.id,
  });
}
