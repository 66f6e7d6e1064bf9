/**
 * Sign-in through an organization's own identity provider, below `/-/sso`. A page comes first, and only its own form leads
 * to the provider: a link of another site cannot sign a visitor in, neither as themselves nor as its author.
 */
import type { Database } from '@patchbay/domain';
import { findIdentityProvider, type IdentityProvider, openClientSecret } from '@patchbay/domain/identity-providers';
import { getOrganization, type Organization } from '@patchbay/domain/organizations';
import { AppError, type Secret } from '@patchbay/foundation';
import type { Vault } from '@patchbay/vault';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendDocument } from '../http/document.ts';
import { addFormParser, formToken, readForm } from '../identity/form-page.ts';
import type { ExternalIdentities, Identity } from '../identity/index.ts';
import { FinishSignIn } from './finish-sign-in.ts';
import type { OidcClient } from './oidc-client.ts';
import { callbackOf, type SignInRequests, SSO_PATH } from './sign-in-request.ts';
import { type Purpose, renderStartPage, sendSsoError } from './sso-pages.ts';

export interface SsoOptions {
  readonly origin: string;
  /** Signs our forms; at least 32 characters. */
  readonly secret: Secret;
  readonly database: Database;
  readonly vault: Vault;
  readonly identity: Pick<Identity, 'findSession' | 'endSession'>;
  readonly external: ExternalIdentities;
  readonly oidc: OidcClient;
  readonly requests: SignInRequests;
  /** Records a membership that a first sign-in made. */
  onJoined(joined: { organizationId: string; personId: string; memberId: string; requestId: string }): Promise<void>;
}

export interface Found {
  readonly organization: Organization;
  readonly provider: IdentityProvider;
  readonly clientSecret: Secret | null;
}

const PURPOSES: Readonly<Record<string, Purpose>> = { '': 'sign_in', '/test': 'test', '/join': 'join' };
interface Params {
  readonly organization: string;
}

export async function ssoPlugin(app: FastifyInstance, options: SsoOptions): Promise<void> {
  const { origin, identity, oidc, requests } = options;
  app.setErrorHandler((error, request, reply) => sendSsoError(error, request, reply, origin));
  addFormParser(app);
  const finish = new FinishSignIn(options);

  for (const [suffix, purpose] of Object.entries(PURPOSES)) {
    const path = `${SSO_PATH}/:organization${suffix}`;
    app.get<{ Params: Params; Querystring: { next?: string } }>(path, async (request, reply) => {
      const found = await findProvider(options, request.params.organization, purpose);
      const signedIn = await identity.findSession(request.headers);
      if (purpose !== 'sign_in' && signedIn === null) return toSignIn(options, request, reply);
      const { authorization_endpoint: endpoint } = await oidc.discover(found.provider.issuer);
      const html = renderStartPage({
        purpose,
        organization: found.organization.name,
        host: new URL(endpoint).host,
        person: signedIn?.person ?? null,
        formToken: tokenOf(options, purpose, found),
      });
      reply.headers({ 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
      // The redirect to the provider answers the form, so the policy of the form names it.
      return sendDocument(reply, html, `'self' ${new URL(endpoint).origin}`);
    });

    app.post<{ Params: Params; Querystring: { next?: string } }>(path, async (request, reply) => {
      const found = await findProvider(options, request.params.organization, purpose);
      readForm(request, { origin, token: tokenOf(options, purpose, found) });
      const signedIn = await identity.findSession(request.headers);
      if (purpose !== 'sign_in' && signedIn === null) return toSignIn(options, request, reply);
      const { issuer, clientId } = found.provider;
      const binding = oidc.newBinding();
      const redirectUri = callbackOf(origin, found.organization.id);
      const url = await oidc.authorizationUrl({ issuer, clientId }, { ...binding, redirectUri });
      const cookie = requests.write({
        purpose,
        organizationId: found.organization.id,
        issuer,
        clientId,
        next: nextOf(origin, request.query.next),
        sessionId: purpose === 'sign_in' ? null : (signedIn?.session.sessionId ?? null),
        ...binding,
      });
      return reply.headers({ 'set-cookie': cookie, 'cache-control': 'no-store' }).redirect(url, 303);
    });
  }

  app.get<{ Params: Params }>(`${SSO_PATH}/:organization/callback`, async (request, reply) => {
    const { organization: organizationId } = request.params;
    const begun = requests.read(request.headers.cookie, organizationId);
    // Used once, whatever comes of it.
    reply.header('set-cookie', requests.clear());
    if (begun === null) throw new AppError('sso.request_expired');
    const found = await findProvider(options, organizationId, begun.purpose);
    // Another issuer or client since: an answer to the old one proves nothing to the new one.
    const isSame = found.provider.issuer === begun.issuer && found.provider.clientId === begun.clientId;
    if (!isSame) throw new AppError('sso.request_expired');
    const answer = new URL(request.raw.url ?? '', origin).searchParams;
    const { issuer, clientId } = found.provider;
    const redirectUri = callbackOf(origin, organizationId);
    const asserted = await oidc.identify({ issuer, clientId, clientSecret: found.clientSecret }, answer, {
      ...begun,
      redirectUri,
    });
    return finish.finish({ begun, found, asserted, request, reply });
  });
}

/**
 * The organization's provider; a draft only for its test. Organizations that are not there answer as those without one.
 *
 * @throws AppError `sso.not_offered`
 */
async function findProvider({ database, vault }: SsoOptions, slugOrId: string, purpose: Purpose): Promise<Found> {
  const scope = await database.lookups.findOrganization(slugOrId);
  if (scope === null) throw new AppError('sso.not_offered');
  return database.withOrganization(scope, async (tx) => {
    const organization = await getOrganization(tx);
    const provider = await findIdentityProvider(tx);
    const isOffered = provider !== null && (provider.state === 'active' || purpose === 'test');
    if (!isOffered || organization.deletedAt !== null) throw new AppError('sso.not_offered');
    return { organization, provider, clientSecret: await openClientSecret(tx, vault) };
  });
}

function toSignIn({ origin }: SsoOptions, request: FastifyRequest, reply: FastifyReply) {
  const next = encodeURIComponent((request.raw.url ?? '').split('?', 1).join(''));
  return reply.header('cache-control', 'no-store').redirect(`${origin}/dashboard/sign-in?next=${next}`, 303);
}

function tokenOf({ secret }: SsoOptions, purpose: Purpose, { organization }: Found): string {
  return formToken(secret, `sso ${purpose} ${organization.id}`);
}

/** A page of the dashboard or of an authorization request of this origin; anything else leads to the dashboard. */
function nextOf(origin: string, next: string | undefined): string {
  if (next === undefined || !URL.canParse(next, origin)) return '/dashboard';
  const url = new URL(next, origin);
  const isInside = /^\/(?:dashboard|-\/oauth)(?:\/|$)/.test(url.pathname);
  return url.origin === origin && isInside ? `${url.pathname}${url.search}` : '/dashboard';
}
