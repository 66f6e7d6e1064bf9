/**
 * The page behind an invitation's link: the holder of the link who signs in with the invited address joins. The account
 * is created on the way when there is none.
 */

import { AppError, type Logger, type Secret, text } from '@patchbay/foundation';
import { ACCOUNT_LIMITS, PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Attempts } from './attempts.ts';
import { addFormParser, formToken, readForm, sendFormError, sendPage } from './form-page.ts';
import type { Auth } from './lazy-auth.ts';
import { findOpenInvitation, type OpenInvitation } from './open-invitation.ts';
import { renderInvitationPage, renderMessagePage } from './setup-page.ts';

export interface InvitationOptions {
  readonly origin: string;
  readonly secret: Secret;
  readonly attempts: Attempts;
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
    return sendPage(reply, 200, renderInvitationPage({ formToken: token, invitation, name: '', problem: null }));
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
    const cookies = form.success ? await enter(auth, { ...form.data, email: invitation.email }) : null;
    if (!cookies) {
      const view = { formToken: token, invitation, name: values.name ?? '' };
      const text = problem ?? 'This password does not fit the account of this address.';
      return sendPage(reply, 400, renderInvitationPage({ ...view, problem: text }));
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

/** The cookies of a new session, or null when the password is not the account's. */
async function enter(
  auth: Auth,
  { name, email, password }: { name: string; email: string; password: string },
): Promise<string[] | null> {
  try {
    // Answers alike whether or not there is an account.
    await auth.api.signUpEmail({ body: { name, email, password } });
    const { headers } = await auth.api.signInEmail({ body: { email, password }, returnHeaders: true });
    return headers.getSetCookie();
  } catch (error) {
    const { APIError } = await import('better-auth/api');
    if (error instanceof APIError) return null;
    throw error;
  }
}

/** @returns whose session it is */
async function join(
  { auth, onJoined }: InvitationOptions,
  invitation: OpenInvitation,
  session: { readonly cookies: readonly string[]; readonly requestId: string },
): Promise<string> {
  const cookie = session.cookies.map((text) => text.split(';', 1).join('')).join('; ');
  const { member } = await auth.api.acceptInvitation({
    body: { invitationId: invitation.id },
    headers: new Headers({ cookie }),
  });
  const { id: memberId, organizationId, userId: personId } = member;
  await onJoined({ organizationId, personId, memberId, requestId: session.requestId });
  return personId;
}
