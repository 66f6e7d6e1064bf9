/**
 * The page behind an invitation's link: whoever has the link and signs in with the invited address joins. The account
 * is made on the way when there is none.
 */
import { type Logger, type Secret, text } from '@patchbay/foundation';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { sendProblem } from '../admin/render-error.ts';
import type { SharedNotes } from '../notes/shared-notes.ts';
import { PASSWORD_CHARACTERS_MIN } from './account-rules.ts';
import type { Auth } from './create-auth.ts';
import { addFormParser, admitAttempt, formToken, readForm, sendPage } from './form-page.ts';
import { findOpenInvitation, type OpenInvitation } from './open-invitation.ts';
import { renderInvitationPage, renderMessagePage } from './setup-page.ts';

export interface InvitationOptions {
  readonly origin: string;
  readonly secret: Secret;
  readonly notes: SharedNotes;
  readonly auth: Auth;
  readonly logger: Logger;
  onJoined(joined: { organizationId: string; personId: string; memberId: string; requestId: string }): Promise<void>;
}

const ATTEMPTS_PER_MINUTE_MAX = 30;
const CLOSED_TITLE = 'This invitation is not open any more.';
const CLOSED_TEXT = 'It was used, withdrawn or is older than a week. Ask whoever invited you for a new one.';

const Form = z.object({
  name: text().trim().min(1, 'Your name is missing.').max(80, 'Your name is too long.'),
  password: text()
    .min(PASSWORD_CHARACTERS_MIN, `The password has at least ${PASSWORD_CHARACTERS_MIN} characters.`)
    .max(256, 'The password is too long.'),
});

export async function invitationPlugin(app: FastifyInstance, options: InvitationOptions): Promise<void> {
  const { origin, auth } = options;
  const admit = () => admitAttempt(options.notes, 'invitation', ATTEMPTS_PER_MINUTE_MAX);
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, origin));
  addFormParser(app);

  app.get<{ Params: { id: string } }>('/-/invitations/:id', async (request, reply) => {
    await admit();
    const invitation = await findOpenInvitation(auth, request.params.id);
    if (!invitation) return sendPage(reply, 404, renderMessagePage(CLOSED_TITLE, CLOSED_TEXT));
    const token = formToken(options.secret, invitation.id);
    return sendPage(reply, 200, renderInvitationPage({ formToken: token, invitation, name: '', problem: null }));
  });

  app.post<{ Params: { id: string } }>('/-/invitations/:id', async (request, reply) => {
    await admit();
    const token = formToken(options.secret, request.params.id);
    const values = readForm(request, { origin, token });
    const invitation = await findOpenInvitation(auth, request.params.id);
    if (!invitation) return sendPage(reply, 404, renderMessagePage(CLOSED_TITLE, CLOSED_TEXT));
    const form = Form.safeParse(values);
    const problem = form.success ? null : (form.error.issues[0]?.message ?? 'The form is not complete.');
    const cookies = form.success ? await enter(auth, { ...form.data, email: invitation.email }) : null;
    if (!cookies) {
      const view = { formToken: token, invitation, name: values.name ?? '' };
      const text = problem ?? 'This password does not fit the account of this address.';
      return sendPage(reply, 400, renderInvitationPage({ ...view, problem: text }));
    }
    await join(options, invitation, { cookies, requestId: request.id });
    return reply.code(303).header('set-cookie', cookies).header('location', `${origin}/dashboard`).send();
  });
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

async function join(
  { auth, onJoined }: InvitationOptions,
  invitation: OpenInvitation,
  session: { readonly cookies: readonly string[]; readonly requestId: string },
): Promise<void> {
  const cookie = session.cookies.map((text) => text.split(';', 1).join('')).join('; ');
  const { member } = await auth.api.acceptInvitation({
    body: { invitationId: invitation.id },
    headers: new Headers({ cookie }),
  });
  const { id: memberId, organizationId, userId: personId } = member;
  await onJoined({ organizationId, personId, memberId, requestId: session.requestId });
}
