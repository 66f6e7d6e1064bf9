/**
 * The page behind an invitation's link: the holder of the link who signs in with the invited address joins. The account
 * is created on the way when there is none. Where there is a mail server, the address must be proved: by the mailed link,
 * which the page behind the inviter's link sends.
 */

import { AppError, type Logger, type Secret, text } from '@patchbay/foundation';
import { ACCOUNT_LIMITS, PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Attempts } from './attempts.ts';
import { addFormParser, type FormValues, formToken, readForm, sendFormError, sendPage } from './form-page.ts';
import { cookieOf, type Entry, enterByInvitation, enterCode } from './join-organization.ts';
import type { Auth } from './lazy-auth.ts';
import type { MailLinks } from './mail-links.ts';
import type { MailRequests } from './mail-requests.ts';
import { findOpenInvitation, type OpenInvitation } from './open-invitation.ts';
import type { SecondFactors } from './second-factors.ts';
import { renderInvitationPage, renderMessagePage } from './setup-page.ts';

export interface InvitationOptions {
  readonly origin: string;
  readonly secret: Secret;
  readonly attempts: Attempts;
  readonly secondFactors: SecondFactors;
  readonly auth: Auth;
  readonly pool: Pool;
  readonly links: MailLinks;
  readonly requests: MailRequests;
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
  const { origin, auth, pool, links, requests, attempts } = options;
  const { provesAddresses } = requests;
  app.setErrorHandler((error, request, reply) => sendFormError(error, request, reply, origin));
  addFormParser(app);

  const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
    await attempts.admitClosedLink(request.clientAddress);
    return sendPage(reply, 404, closedPage());
  };

  app.get<{ Params: { secret: string } }>('/-/invitations/:secret', async (request, reply) => {
    const invitation = await findOpenInvitation({ auth, links }, request.params.secret);
    if (!invitation) return refuse(request, reply);
    await attempts.admitOpenLink(request.params.secret);
    const view = { formToken: formToken(options.secret, request.params.secret), invitation, provesAddresses };
    return sendPage(reply, 200, renderInvitationPage({ ...view, name: '', asksCode: false, problem: null }));
  });

  app.post<{ Params: { secret: string } }>('/-/invitations/:secret', async (request, reply) => {
    const invitation = await findOpenInvitation({ auth, links }, request.params.secret);
    if (!invitation) return refuse(request, reply);
    await attempts.admitOpenLink(request.params.secret);
    const token = formToken(options.secret, request.params.secret);
    const values = readForm(request, { origin, token });
    if (values.answer === 'mail' && provesAddresses) return sendLink(options, invitation, reply);
    const form = Form.safeParse(values);
    const problem = form.success ? null : (form.error.issues[0]?.message ?? 'The form is not complete.');
    const from = { email: invitation.email, address: request.clientAddress };
    if (form.success) await attempts.admitPassword(from);
    const given = form.success && { ...form.data, email: invitation.email };
    const entry = given ? await enterByInvitation({ auth, pool, provesAddresses }, invitation, given) : null;
    const cookies = entry?.kind === 'code_needed' ? await enterCode(options, request, entry) : entry?.cookies;
    if (!cookies) {
      const view = { formToken: token, invitation, provesAddresses, name: values.name ?? '' };
      const asksCode = entry?.kind === 'code_needed';
      const refusal = problem ?? refusalOf(entry, values, provesAddresses && !invitation.isMailed);
      return sendPage(reply, 400, renderInvitationPage({ ...view, asksCode, problem: refusal }));
    }
    const personId = await join(options, invitation, { cookies, requestId: request.id });
    await links.dropOfInvitation(invitation.id);
    await attempts.remember(personId, from);
    return reply.code(303).header('set-cookie', cookies).header('location', `${origin}/dashboard`).send();
  });
}

function refusalOf(entry: Entry | null, { code }: FormValues, needsProof: boolean): string {
  if (entry !== null) return code ? 'The code is not right.' : 'This account has a second factor. Enter its code too.';
  return needsProof
    ? 'There is no account with this password whose address is proved. Let us send you the link by mail.'
    : 'This password does not fit the account of this address.';
}

/** To the invited address; too many of them look like one. */
async function sendLink({ requests }: InvitationOptions, { id, email }: OpenInvitation, reply: FastifyReply) {
  await requests.mailInvitation(id, email);
  const text = `If ${email} did not get too many mails from us today, one with a link is on its way. Open the link in it to join.`;
  return sendPage(reply, 200, renderMessagePage('Look for a mail', text));
}

function closedPage(): string {
  const { spec } = new AppError('auth.invitation_invalid');
  return renderMessagePage(spec.title, spec.hint);
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
