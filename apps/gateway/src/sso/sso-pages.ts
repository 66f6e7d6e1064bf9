import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerApiError, apiError } from '../http/api-error.ts';
import { renderDocument, sendDocument } from '../http/document.ts';
import { escapeHtml } from '../http/escape-html.ts';
import { renderPage, wantsHtml } from '../http/render-page.ts';
import type { AssertedIdentity } from './oidc-client.ts';

export type Purpose = 'sign_in' | 'test' | 'join';

export interface StartView {
  readonly purpose: Purpose;
  readonly organization: string;
  /** Host of the provider. */
  readonly host: string;
  /** The person who is signed in now. */
  readonly person: { readonly name: string; readonly email: string } | null;
  readonly formToken: string;
}

const TITLES: Readonly<Record<Purpose, (organization: string) => string>> = {
  sign_in: (organization) => `Sign in to ${organization}`,
  test: (organization) => `Test the sign-in of ${organization}`,
  join: (organization) => `Connect your account with ${organization}`,
};

/** The page before the browser leaves for the provider: no other site can begin a sign-in here. */
export function renderStartPage({ purpose, organization, host, person, formToken }: StartView): string {
  const to = `<strong>${escapeHtml(host)}</strong>`;
  const name = escapeHtml(person?.name ?? '');
  const texts: Readonly<Record<Purpose, string>> = {
    sign_in: `<p>Your organization signs you in at ${to}.</p>${
      person === null ? '' : `<p class="note">You are signed in as ${name}. That sign-in ends in this browser.</p>`
    }`,
    test: `<p>You sign in at ${to}, and see what this installation receives about you. Nothing else happens: you stay signed in as ${name}.</p>`,
    join: `<p>You sign in at ${to}. From then on that account opens ${escapeHtml(organization)} as you, ${name}, and nothing else of yours.</p>`,
  };
  return renderDocument(
    TITLES[purpose](organization),
    `${texts[purpose]}
<form method="post">
<input type="hidden" name="formToken" value="${escapeHtml(formToken)}">
<div class="actions"><button type="submit">Continue to ${escapeHtml(host)}</button></div>
</form>`,
  );
}

/** Claims of the protocol itself, which do not describe the person. */
const PROTOCOL_CLAIMS: ReadonlySet<string> = new Set([
  'aud',
  'azp',
  'exp',
  'iat',
  'nbf',
  'nonce',
  'at_hash',
  'c_hash',
  'jti',
  'sid',
]);
const SHOWN_CHARACTERS_MAX = 500;

/** The result of a test sign-in. */
export function renderTestPage(view: {
  readonly organization: string;
  readonly identity: AssertedIdentity;
  readonly settingsUrl: string;
}): string {
  const rows = Object.entries(view.identity.claims)
    .filter(([name]) => !PROTOCOL_CLAIMS.has(name))
    .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd><code>${escapeHtml(shown(value))}</code></dd>`);
  return renderDocument(
    'The sign-in works',
    `<p>The identity provider of ${escapeHtml(view.organization)} sent this about you:</p>
<dl>${rows.join('\n')}</dl>
<p>Its e-mail address is not taken over: members are shown without one.</p>
<p><a href="${escapeHtml(view.settingsUrl)}">Back to the settings, to put it into service</a></p>`,
  );
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}

export function renderJoinedPage(organization: string, settingsUrl: string): string {
  return renderDocument(
    'Your account is connected',
    `<p>From now on you can sign in to ${escapeHtml(organization)} through its identity provider.</p>
<p><a href="${escapeHtml(settingsUrl)}">Back to your account</a></p>`,
  );
}

/**
 * A refusal as a page that describes what happened and what to do, also where the provider is to blame: the person waits in a
 * browser. Programs get the problem document.
 */
export function sendSsoError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, origin: string) {
  const error = apiError(thrown);
  if (error.spec.owner === 'platform' || !wantsHtml(request.headers.accept)) {
    return answerApiError(error, request, reply, origin);
  }
  const facts = { code: error.code, status: error.spec.status, internal: error.internal, requestId: request.id };
  request.log.info(facts, 'request refused');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  const words = error.detail === error.spec.title ? error.hint : `${error.detail} ${error.hint}`;
  const link = { href: '/dashboard/sign-in', label: 'To the sign-in page' };
  const page = renderPage({ title: error.spec.title, text: words, link });
  reply.code(error.spec.status).headers({ 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
  return sendDocument(reply, page);
}
