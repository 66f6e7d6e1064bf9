/**
 * The pages of forgotten passwords and of the links in mails. Opening a link shows a form and changes nothing: programs
 * that look into mail open every link. Only the form uses the link up.
 */

import { AppError, emailAddress, type Logger, type Secret, text } from '@patchbay/foundation';
import { PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Attempts } from './attempts.ts';
import { LINK_PATHS } from './compose-mail.ts';
import { addFormParser, formToken, readForm, sendFormError, sendPage } from './form-page.ts';
import type { Auth } from './lazy-auth.ts';
import type { LinkedPerson, MailLinks } from './mail-links.ts';
import type { MailRequests } from './mail-requests.ts';
import {
  renderAskedPage,
  renderForgotPage,
  renderMailOffPage,
  renderPasswordPage,
  renderPasswordSetPage,
} from './proof-pages.ts';
import { FORGOT_PATH } from './render-mail.ts';
import { useLink } from './set-password.ts';
import { renderMessagePage } from './setup-page.ts';

export interface ProofsOptions {
  readonly origin: string;
  readonly secret: Secret;
  readonly attempts: Attempts;
  readonly auth: Auth;
  readonly pool: Pool;
  readonly links: MailLinks;
  readonly requests: MailRequests;
  readonly logger: Logger;
}

const Forgot = z.object({ email: emailAddress('This is not an e-mail address.') });
const Password = z.object({
  password: text()
    .min(PASSWORD_CHARACTERS.min, `The password has at least ${PASSWORD_CHARACTERS.min} characters.`)
    .max(PASSWORD_CHARACTERS.max, 'The password is too long.'),
});

export async function proofsPlugin(app: FastifyInstance, options: ProofsOptions): Promise<void> {
  const { origin } = options;
  app.setErrorHandler((error, request, reply) => sendFormError(error, request, reply, origin));
  addFormParser(app);
  addForgotPage(app, options);
  addLinkPage(app, options, 'prove_address');
  addLinkPage(app, options, 'reset_password');
}

function addForgotPage(app: FastifyInstance, { origin, secret, attempts, requests }: ProofsOptions): void {
  const token = formToken(secret, FORGOT_PATH);
  const page = () => ({ formToken: token, channel: requests.channel });
  app.get(FORGOT_PATH, async (_request, reply) => {
    if (requests.channel === 'off') return sendPage(reply, 200, renderMailOffPage());
    return sendPage(reply, 200, renderForgotPage({ ...page(), email: '', problem: null }));
  });
  app.post(FORGOT_PATH, async (request, reply) => {
    requests.requireMail();
    const values = readForm(request, { origin, token });
    const form = Forgot.safeParse({ email: values.email?.trim() });
    if (!form.success) {
      const problem = form.error.issues[0]?.message ?? 'The address is missing.';
      return sendPage(reply, 400, renderForgotPage({ ...page(), email: values.email ?? '', problem }));
    }
    const { email } = form.data;
    await attempts.admitMail({ email, address: request.clientAddress });
    requests.askForReset(email);
    return sendPage(reply, 200, renderAskedPage(email, requests.channel));
  });
}

function addLinkPage(app: FastifyInstance, options: ProofsOptions, kind: 'prove_address' | 'reset_password'): void {
  const { origin, secret, attempts, links, auth, pool, requests, logger } = options;
  const path = `${LINK_PATHS[kind]}/:secret`;

  const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
    await attempts.admitClosedLink(request.clientAddress);
    const { spec } = new AppError('auth.mail_link_invalid');
    return sendPage(reply, 404, renderMessagePage(spec.title, spec.hint));
  };
  const viewOf = (text: string, person: LinkedPerson) => ({
    formToken: formToken(secret, text),
    email: person.email,
    isFirstProof: !person.isProved && proves,
  });
  /** The terminal shows links to the person who started the platform: it proves an address only where that was asked for. */
  const proves = requests.provesAddresses || kind === 'prove_address';

  app.get<{ Params: { secret: string } }>(path, async (request, reply) => {
    const person = await links.findPerson(kind, request.params.secret);
    if (!person) return refuse(request, reply);
    await attempts.admitOpenLink(request.params.secret);
    return sendPage(reply, 200, renderPasswordPage({ ...viewOf(request.params.secret, person), problem: null }));
  });

  app.post<{ Params: { secret: string } }>(path, async (request, reply) => {
    const link = { kind, text: request.params.secret, proves };
    const person = await links.findPerson(kind, link.text);
    if (!person) return refuse(request, reply);
    await attempts.admitOpenLink(link.text);
    const view = viewOf(link.text, person);
    const form = Password.safeParse(readForm(request, { origin, token: view.formToken }));
    if (!form.success) {
      const problem = form.error.issues[0]?.message ?? 'The password is missing.';
      return sendPage(reply, 400, renderPasswordPage({ ...view, problem }));
    }
    const { password } = await auth.$context;
    const isUsed = await useLink(pool, link, await password.hash(form.data.password));
    if (!isUsed) return refuse(request, reply);
    requests.wake();
    await attempts.remember(person.id, { email: person.email, address: request.clientAddress });
    logger.info({ requestId: request.id, personId: person.id, kind }, 'a password was set by a mailed link');
    return sendPage(reply, 200, renderPasswordSetPage(person.email));
  });
}
