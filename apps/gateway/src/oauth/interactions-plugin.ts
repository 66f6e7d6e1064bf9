/**
 * The pages of an authorization request, below `/-/oauth`: sign-in is the dashboard's, consent is here. Works without
 * script. The address names the request; a cookie of the same path binds it to the browser that began it.
 */
import type { Database } from '@patchbay/domain';
import { findMember, getOrganization } from '@patchbay/domain/organizations';
import { AppError, DASHBOARD_PAGES, type Logger, type Secret } from '@patchbay/foundation';
import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors, type Provider } from 'oidc-provider';
import { addFormParser, type FormValues, formToken, readForm, sendFormError } from '../identity/form-page.ts';
import type { AccountGrants } from './account-grants.ts';
import { asksForAdminApi, renderAdminConsent, saveAdminConsent } from './admin-consent.ts';
import { shownName } from './client-metadata.ts';
import type { ClientStore } from './client-store.ts';
import { renderConsentPage, scopeText, sendConsent } from './consent-page.ts';
import { DEVICE_PATH } from './device-pages.ts';
import { type Asked, finishSignIn, proofOf, type SignInOptions, signOutFirst, toSignIn } from './finish-sign-in.ts';
import { mayUse } from './grant-checks.ts';
import { grantSignIn, ruleGrantSignIn } from './grant-sign-in.ts';
import { INTERACTION_PATH } from './provider-configuration.ts';
import type { ProviderClient } from './provider-types.ts';
import { formActionOf, shownRedirect } from './redirect-uri.ts';
import { saveConsent } from './save-consent.ts';
import type { SignedInNetworks } from './signed-in-networks.ts';

export interface InteractionsOptions extends SignInOptions {
  readonly secret: Secret;
  readonly database: Database;
  readonly clients: ClientStore;
  readonly accountGrants: AccountGrants;
  readonly signedIn: Pick<SignedInNetworks, 'remember'>;
  readonly logger: Logger;
  /** The provider with the present keys. */
  provider(): Promise<Provider>;
}

export async function interactionsPlugin(app: FastifyInstance, options: InteractionsOptions): Promise<void> {
  const { origin, identity } = options;
  app.setErrorHandler((error, request, reply) => sendFormError(asExpired(error), request, reply, origin));
  addFormParser(app);

  app.get<{ Params: { uid: string } }>(`${INTERACTION_PATH}/:uid`, async (request, reply) => {
    const { provider, interaction } = await findInteraction(options, request, reply);
    const signedIn = await identity.findSession(request.headers);
    if (signedIn === null) return toSignIn(origin, request, reply);
    const asked = { provider, interaction, signedIn, request, reply };
    if (interaction.prompt.name === 'login') return finishSignIn(options, asked);
    if (interaction.session?.accountId !== signedIn.person.id) return askAgain(asked);
    return showConsent(options, asked);
  });

  app.post<{ Params: { uid: string } }>(`${INTERACTION_PATH}/:uid`, async (request, reply) => {
    const { provider, interaction } = await findInteraction(options, request, reply);
    const signedIn = await identity.findSession(request.headers);
    if (signedIn === null) return toSignIn(origin, request, reply);
    const asked = { provider, interaction, signedIn, request, reply };
    const values = readForm(request, { origin, token: tokenOf(options, asked) });
    if (values.answer === 'switch') return signOutFirst(options, asked);
    // Another person signed in meanwhile: the request asks again, and them.
    const isTheirs = interaction.prompt.name === 'consent' && interaction.session?.accountId === signedIn.person.id;
    if (!isTheirs) return askAgain(asked);
    if (values.answer !== 'allow') return deny(asked);
    await options.signedIn.remember(signedIn.person.id, request.clientAddress);
    return allow(options, asked, values);
  });
}

/** The request of this address, begun by this browser. @throws AppError `oauth.request_expired` */
async function findInteraction({ provider }: InteractionsOptions, request: FastifyRequest, reply: FastifyReply) {
  const current = await provider();
  const interaction = await current.interactionDetails(request.raw, reply.raw);
  const { uid } = request.params as { readonly uid: string }; // of the route
  if (interaction.uid !== uid) throw new AppError('oauth.request_expired');
  return { provider: current, interaction };
}

function asExpired(error: unknown): unknown {
  return error instanceof errors.SessionNotFound ? new AppError('oauth.request_expired', { cause: error }) : error;
}

/** @throws AppError `oauth.not_a_member`, `oauth.resource_gone`, `auth.session_elsewhere`, `auth.provider_required` */
async function findAsked({ database, resources }: InteractionsOptions, { interaction, signedIn, provider }: Asked) {
  const { client_id, redirect_uri, resource: indicator, scope } = interaction.params;
  const resource = await resources.find(String(indicator));
  // With the properties that its types do not name.
  const client = (await provider.Client.find(String(client_id))) as ProviderClient | undefined;
  if (resource === null || client === undefined) throw new AppError('oauth.resource_gone');
  const { organization, signIn } = await database.withOrganization(resource, async (tx) => {
    const member = await findMember(tx, signedIn.person.id);
    if (member === null || !mayUse([member.role], resource)) throw new AppError('oauth.not_a_member');
    const ruling = await ruleGrantSignIn(tx, signedIn.session, member.role);
    return { organization: await getOrganization(tx), signIn: grantSignIn(signedIn.session, ruling) };
  });
  const scopes = resource.scopes.filter(({ name }) => String(scope).split(' ').includes(name));
  return { resource, client, organization, scopes, signIn, redirectUri: String(redirect_uri) };
}

async function showConsent(options: InteractionsOptions, asked: Asked) {
  const { origin } = options;
  if (asksForAdminApi(asked, origin)) {
    const { html, formAction } = await renderAdminConsent(options, adminRequest(asked), tokenOf(options, asked));
    return sendConsent(asked.reply, html, formAction);
  }
  const { resource, client, organization, scopes, redirectUri } = await findAsked(options, asked);
  const html = renderConsentPage({
    client: { name: nameOf(client), provedHost: provedHost(client, redirectUri) },
    redirect: shownRedirect(redirectUri),
    resource: {
      name: resource.connectorName ?? 'all connectors',
      organization: organization.name,
      url: resource.audience,
      versionNumber: resource.versionNumber,
    },
    person: asked.signedIn.person,
    scopes: scopes.map(({ name, description }) => ({ name, description, text: scopeText(name) })),
    days: OAUTH_LIMITS.grant.value,
    endAt: `${origin}${DASHBOARD_PAGES.connectedClients}`,
    formToken: tokenOf(options, asked),
  });
  return sendConsent(asked.reply, html, `'self' ${formActionOf(redirectUri)}`);
}

function adminRequest({ provider, interaction, signedIn, request }: Asked) {
  return { provider, interaction, signedIn, address: request.clientAddress };
}

async function allow(options: InteractionsOptions, asked: Asked, values: FormValues) {
  const { provider, signedIn, request } = asked;
  if (asksForAdminApi(asked, options.origin)) {
    const grantId = await saveAdminConsent(options, adminRequest(asked), values);
    if (grantId === null) return deny(asked);
    options.logger.info({ requestId: request.id, grantId }, 'a grant for the admin API was given');
    return finishConsent(asked, grantId);
  }
  const { resource, client, scopes, signIn } = await findAsked(options, asked);
  const granted = scopes.filter(({ name }) => values[`scope:${name}`] === 'yes').map(({ name }) => name);
  if (granted.length === 0) return deny(asked);
  const declined = scopes.map(({ name }) => name).filter((name) => !granted.includes(name));
  await options.clients.keep(client.clientId);
  const grantId = await saveConsent(
    { provider, database: options.database },
    {
      personId: signedIn.person.id,
      client: { id: client.clientId, name: nameOf(client) },
      resource,
      granted,
      declined,
      signIn,
      proof: proofOf(signedIn),
      requestId: request.id,
    },
  );
  options.logger.info({ requestId: request.id, grantId, resource: resource.path }, 'a grant was given');
  return finishConsent(asked, grantId);
}

async function finishConsent({ provider, request, reply }: Asked, grantId: string) {
  const result = await provider.interactionResult(request.raw, reply.raw, { consent: { grantId } });
  return reply.header('cache-control', 'no-store').redirect(result, 303);
}

/** The same authorization request, for the person who has signed in since. A new sign-in that it asked for has happened. */
function askAgain({ interaction, reply }: Asked) {
  // A code that was typed is used up, as the page for codes shows.
  if (interaction.deviceCode !== undefined) return reply.header('cache-control', 'no-store').redirect(DEVICE_PATH, 303);
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(interaction.params)) {
    if (typeof value === 'string' && name !== 'prompt') parameters.set(name, value);
  }
  return reply.header('cache-control', 'no-store').redirect(`/authorize?${parameters}`, 303);
}

async function deny({ provider, request, reply }: Asked) {
  const result = await provider.interactionResult(
    request.raw,
    reply.raw,
    { error: 'access_denied', error_description: 'the person declined' },
    { mergeWithLastSubmission: false },
  );
  return reply.header('cache-control', 'no-store').redirect(result, 303);
}

/** Bound to request and person: a page that was rendered for another person sends nothing. */
function tokenOf({ secret }: InteractionsOptions, { interaction, signedIn }: Asked): string {
  return formToken(secret, `oauth ${interaction.uid} ${signedIn.session.sessionId}`);
}

function nameOf(client: ProviderClient): string {
  return shownName(client.clientName);
}

/**
 * The host that vouches for the client's name: that of its metadata document, where the answer goes there too. A loopback
 * redirect never earns it, since any program of the machine can listen there.
 */
function provedHost(client: ProviderClient, redirectUri: string): string | null {
  if (client.clientIdMetadataDocument !== true) return null;
  const { host } = new URL(client.clientId);
  return new URL(redirectUri).host === host ? host : null;
}
