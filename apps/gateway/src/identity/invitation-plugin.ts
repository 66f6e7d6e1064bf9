/**
 * The page behind an invitation's link: the holder of the link who signs in with the invited address joins. The account
 * is created on the way when there is none.
 */

import { AppError, type Logger, type Secret, text } from '@patchbay/foundation';
import { ACCOUNT_LIMITS, PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Attempts } from './attempts.ts';
import { addFormParser, type FormValues, formToken, readForm, sendFormError, sendPage } from './form-page.ts';
import type { Auth } from './lazy-auth.ts';
import { findOpenInvitation, type OpenInvitation } from './open-invitation.ts';
import type { SecondFactors } from './second-factors.ts';
import { renderInvitationPage, renderMessagePage } from './setup-page.ts';

export interface InvitationOptions {
  readonly origin: string;
  readonly secret: Secret;
  readonly attempts: Attempts;
  readonly secondFactors: SecondFactors;
  readonly auth: Auth;
  readonly logger: Logger;
  onJoined(joined: { organizationId: string; personId: string; memberId: string; requestId: string }): Promise<void>;
}

const Form = z.object({
  name: text().trim().min(1, 'Your name is missing.').max(ACCOUNT_LIMITS.displayName.value, 'Your name is too long.'),
  password: text()
    .min(PASSWORD_CHARACTERS.min, `The password has at least ${PASSWORD_CHARACTERS.min} characters.`)
    .max(PASSWORD_CHARACTERS.max, 'The password is too long.'),
});

export async function invitationPlugin(app: FastifyInstance, options: InvitationOptions): Promise<void> {
  const { origin, auth, attempts } = options;
  app.setErrorHandler((error, request, reply) => sendFormError(error, request, reply, origin));
  addFormParser(app);

  const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
    await attempts.admitClosedLink(request.clientAddress);
    return sendPage(reply, 404, closedPage());
  };

  app.get<{ Params: { secret: string } }>('/-/invitations/:secret', async (request, reply) => {
    const invitation = await findOpenInvitation(auth, request.params.secret);
    if (!invitation) return refuse(request, reply);
    await attempts.admitOpenLink(request.params.secret);
    const token = formToken(options.secret, request.params.secret);
    return sendPage(
      reply,
      200,
      renderInvitationPage({ formToken: token, invitation, name: '', asksCode: false, problem: null }),
    );
  });

  app.post<{ Params: { secret: string } }>('/-/invitations/:secret', async (request, reply) => {
    const invitation = await findOpenInvitation(auth, request.params.secret);
    if (!invitation) return refuse(request, reply);
    await attempts.admitOpenLink(request.params.secret);
    const token = formToken(options.secret, request.params.secret);
    const values = readForm(request, { origin, token });
    const form = Form.safeParse(values);
    const problem = form.success ? null : (form.error.issues[0]?.message ?? 'The form is not complete.');
    const from = { email: invitation.email, address: request.clientAddress };
    if (form.success) await attempts.admitPassword(from);
    const entry = form.success ? await enter(auth, { ...form.data, email: invitation.email }) : null;
    const cookies = entry?.kind === 'code_needed' ? await enterCode(options, request, entry) : entry?.cookies;
    if (!cookies) {
      const view = { formToken: token, invitation, name: values.name ?? '', asksCode: entry?.kind === 'code_needed' };
      return sendPage(reply, 400, renderInvitationPage({ ...view, problem: problem ?? refusalOf(entry, values) }));
    }
    const personId = await join(options, invitation, { cookies, requestId: request.id });
    await attempts.remember(personId, from);
    return reply.code(303).header('set-cookie', cookies).header('location', `${origin}/dashboard`).send();
  });
}

function closedPage(): string {
  const { spec } = new AppError('auth.invitation_invalid');
  return renderMessagePage(spec.title, spec.hint);
}

/** A right password: the cookies of the session, or of the sign-in that a code has to complete. */
interface Entry {
  readonly kind: 'signed_in' | 'code_needed';
  readonly cookies: string[];
}

/** @returns null when the password is not the account's */
async function enter(
  auth: Auth,
  { name, email, password }: { name: string; email: string; password: string },
): Promise<Entry | null> {
  return orNull(async () => {
    // Answers alike whether or not there is an account.
    await auth.api.signUpEmail({ body: { name, email, password } });
    const { headers, response } = await auth.api.signInEmail({ body: { email, password }, returnHeaders: true });
    const kind = 'twoFactorRedirect' in response ? 'code_needed' : 'signed_in';
    return { kind, cookies: headers.getSetCookie() };
  });
}

/** @returns the cookies of the session; null without a code, and when it is wrong */
async function enterCode(
  { auth, secondFactors }: InvitationOptions,
  request: FastifyRequest,
  { cookies }: Entry,
): Promise<string[] | null> {
  const { code = '' } = (request.body ?? {}) as FormValues; // of the form's parser
  if (code === '') return null;
  const cookie = cookieOf(cookies);
  await secondFactors.admitCode({ headers: { cookie }, clientAddress: request.clientAddress }, code);
  return orNull(async () => {
    const { headers } = await auth.api.verifyTOTP({
      body: { code },
      headers: new Headers({ cookie }),
      returnHeaders: true,
    });
    return headers.getSetCookie();
  });
}

function refusalOf(entry: Entry | null, { code }: FormValues): string {
  if (entry === null) return 'This password does not fit the account of this address.';
  return code ? 'The code is not right.' : 'This account has a second factor. Enter its code too.';
}

async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const { APIError } = await import('better-auth/api');
    if (error instanceof APIError) return null;
    throw error;
  }
}

function cookieOf(cookies: readonly string[]): string {
  return cookies.map((text) => text.split(';', 1).join('')).join('; ');
}

/** @returns whose session it is */
async function join(
  { auth, onJoined }: InvitationOptions,
  invitation: OpenInvitation,
  session: { readonly cookies: readonly string[]; readonly requestId: string },
): Promise<string> {
  const { member } = await auth.api.acceptInvitation({
    body: { invitationId: invitation.id },
    headers: new Headers({ cookie: cookieOf(session.cookies) }),
  });
  const { id: memberId, organizationId, userId: personId } = member;
  await onJoined({ organizationId, personId, memberId, requestId: session.requestId });
  return personId;
}
