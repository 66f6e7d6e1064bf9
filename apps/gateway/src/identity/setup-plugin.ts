/**
 * The page behind the setup link: one form, no script. The token in its address is what authorises it; a form token
 * bound to it and the same-site rule keep other pages from sending the form.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError, asAppError, type Logger, Secret } from '@patchbay/foundation';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { checkCrossSite } from '../admin/check-cross-site.ts';
import { sendProblem } from '../admin/render-error.ts';
import { PASSWORD_CHARACTERS_MIN } from './auth-options.ts';
import type { FirstOwner } from './first-owner.ts';
import type { SetupLinks } from './setup-links.ts';
import { renderMessagePage, renderSetupPage, type SetupValues } from './setup-page.ts';

export interface SetupOptions {
  readonly origin: string;
  readonly secret: Secret;
  readonly links: SetupLinks;
  readonly logger: Logger;
  createFirstOwner(owner: FirstOwner): Promise<unknown>;
}

const FORM_TYPE = 'application/x-www-form-urlencoded';
const FORM_BYTES_MAX = 16 * 1024;
const ATTEMPTS_PER_MINUTE_MAX = 20;
const MINUTE_MS = 60_000;

const Form = z.object({
  name: z.string().trim().min(1, 'Your name is missing.').max(80, 'Your name is too long.'),
  email: z.email('This is not an e-mail address.').max(254),
  password: z
    .string()
    .min(PASSWORD_CHARACTERS_MIN, `The password needs at least ${PASSWORD_CHARACTERS_MIN} characters.`)
    .max(256, 'The password is too long.'),
  organizationName: z.string().trim().min(1, 'The name of the organization is missing.').max(80),
  slug: z.string().trim().toLowerCase(),
});

export async function setupPlugin(app: FastifyInstance, options: SetupOptions): Promise<void> {
  const { origin, links, logger } = options;
  const admit = attemptLimit();
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, origin));
  app.addContentTypeParser(FORM_TYPE, { parseAs: 'string', bodyLimit: FORM_BYTES_MAX }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );

  app.get<{ Params: { token: string } }>('/-/setup/:token', async (request, reply) => {
    admit();
    const { token } = request.params;
    if (!(await links.isOpen(token))) return page(reply, 404, closedPage());
    return page(
      reply,
      200,
      renderSetupPage({ formToken: formToken(options.secret, token), values: {}, problem: null }),
    );
  });

  app.post<{ Params: { token: string } }>('/-/setup/:token', async (request, reply) => {
    admit();
    checkCrossSite(request, origin, [FORM_TYPE]);
    const { token } = request.params;
    const values = request.body as SetupValues & { readonly formToken?: string };
    if (!sameText(values.formToken ?? '', formToken(options.secret, token))) throw new AppError('auth.cross_site');
    const problem = (detail: string) =>
      page(reply, 400, renderSetupPage({ formToken: formToken(options.secret, token), values, problem: detail }));
    const form = Form.safeParse(values);
    if (!form.success) return problem(form.error.issues[0]?.message ?? 'The form is not complete.');
    try {
      const owner = { ...form.data, password: new Secret(form.data.password) };
      const used = await links.use(token, async () => void (await options.createFirstOwner(owner)));
      if (!used) return page(reply, 404, closedPage());
    } catch (error) {
      const refusal = asAppError(error);
      if (refusal.spec.owner !== 'caller') throw error;
      return problem(`${refusal.detail} ${refusal.spec.hint}`);
    }
    logger.info({ requestId: request.id }, 'the first owner was created');
    return reply.code(303).header('location', `${origin}/dashboard/sign-in`).send();
  });
}

function closedPage(): string {
  const { spec } = new AppError('auth.setup_link_invalid');
  return renderMessagePage(spec.title, spec.hint);
}

/**
 * The policy of every answer forbids forms and sends no referrer; with no referrer a browser would name the origin of
 * the form `null`. The page's own address stays within this origin.
 */
function page(reply: FastifyReply, status: number, html: string) {
  return reply
    .code(status)
    .headers({
      'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    .type('text/html; charset=utf-8')
    .send(html);
}

function formToken(secret: Secret, token: string): string {
  return createHmac('sha256', secret.reveal()).update(`setup form ${token}`).digest('base64url');
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** One budget for the whole installation: there is one legitimate visitor. @throws `auth.too_many_attempts` */
function attemptLimit(): () => void {
  let windowStart = 0;
  let attempts = 0;
  return () => {
    const now = performance.now();
    if (now - windowStart > MINUTE_MS) [windowStart, attempts] = [now, 0];
    attempts += 1;
    if (attempts > ATTEMPTS_PER_MINUTE_MAX) throw new AppError('auth.too_many_attempts', { retryAfterSeconds: 60 });
  };
}
