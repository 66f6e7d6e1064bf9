/**
 * The page behind the setup link: one form, no script. The token in its address is what authorises it; a form token
 * bound to it and the same-site rule keep other pages from sending the form.
 */

import { AppError, asAppError, emailAddress, type Logger, Secret, text } from '@patchbay/foundation';
import { ACCOUNT_LIMITS, PASSWORD_CHARACTERS } from '@patchbay/foundation/limits';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Attempts } from './attempts.ts';
import type { FirstOwner } from './first-owner.ts';
import { addFormParser, formToken, readForm, sendFormError, sendPage } from './form-page.ts';
import type { SetupLinks } from './setup-links.ts';
import { renderMessagePage, renderSetupPage } from './setup-page.ts';

export interface SetupOptions {
  readonly origin: string;
  readonly secret: Secret;
  readonly attempts: Attempts;
  readonly links: SetupLinks;
  readonly logger: Logger;
  createFirstOwner(owner: FirstOwner): Promise<{ readonly person: { readonly id: string } }>;
}

const Form = z.object({
  name: text().trim().min(1, 'Your name is missing.').max(ACCOUNT_LIMITS.displayName.value, 'Your name is too long.'),
  email: emailAddress('This is not an e-mail address.'),
  password: text()
    .min(PASSWORD_CHARACTERS.min, `The password needs at least ${PASSWORD_CHARACTERS.min} characters.`)
    .max(PASSWORD_CHARACTERS.max, 'The password is too long.'),
  organizationName: text()
    .trim()
    .min(1, 'The name of the organization is missing.')
    .max(ACCOUNT_LIMITS.displayName.value),
  slug: text().trim().toLowerCase(),
});

export async function setupPlugin(app: FastifyInstance, options: SetupOptions): Promise<void> {
  const { origin, links, logger, attempts } = options;
  app.setErrorHandler((error, request, reply) => sendFormError(error, request, reply, origin));
  addFormParser(app);

  const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
    await attempts.admitClosedLink(request.clientAddress);
    return sendPage(reply, 404, closedPage());
  };

  app.get<{ Params: { token: string } }>('/-/setup/:token', async (request, reply) => {
    const { token } = request.params;
    if (!(await links.isOpen(token))) return refuse(request, reply);
    await attempts.admitOpenLink(token);
    return sendPage(
      reply,
      200,
      renderSetupPage({ formToken: formToken(options.secret, token), values: {}, problem: null }),
    );
  });

  app.post<{ Params: { token: string } }>('/-/setup/:token', async (request, reply) => {
    const { token } = request.params;
    if (!(await links.isOpen(token))) return refuse(request, reply);
    await attempts.admitOpenLink(token);
    const values = readForm(request, { origin, token: formToken(options.secret, token) });
    const problem = (detail: string) =>
      sendPage(reply, 400, renderSetupPage({ formToken: formToken(options.secret, token), values, problem: detail }));
    const form = Form.safeParse(values);
    if (!form.success) return problem(form.error.issues[0]?.message ?? 'The form is not complete.');
    try {
      const owner = { ...form.data, password: new Secret(form.data.password) };
      const used = await links.use(token, async () => {
        const { person } = await options.createFirstOwner(owner);
        // Their first sign-in is no stranger's.
        await attempts.remember(person.id, { email: owner.email, address: request.clientAddress });
      });
      if (!used) return refuse(request, reply);
    } catch (error) {
      const refusal = asAppError(error);
      if (refusal.spec.owner !== 'caller') throw error;
      return problem(`${refusal.detail} ${refusal.hint}`);
    }
    logger.info({ requestId: request.id }, 'the first owner was created');
    return reply.code(303).header('location', `${origin}/dashboard/sign-in`).send();
  });
}

function closedPage(): string {
  const { spec } = new AppError('auth.setup_link_invalid');
  return renderMessagePage(spec.title, spec.hint);
}
