/**
 * Connecting accounts at providers, below `/-/connections`. A page comes first, and only its own form leads to a provider: a
 * link of another site connects nothing. An answer counts in the sign-in that began, for the provider it was begun at.
 */
import {
  confirmConnection,
  findProvider,
  openProviderSecret,
  startConnection,
  takeConnectionRequest,
} from '@patchbay/domain/connections';
import { AppError, Secret } from '@patchbay/foundation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as oauth from 'oauth4webapi';
import { sendDocument } from '../http/document.ts';
import { addFormParser, type FormValues, formToken, readForm } from '../identity/form-page.ts';
import type { Identity } from '../identity/index.ts';
import { opensOrganization } from '../identity/sign-in-rule.ts';
import {
  addressOf,
  CONNECTIONS_PATH,
  type ConnectContext,
  type ConnectQuery,
  checkOwner,
  type ProviderNeed,
  readContext,
} from './connect-context.ts';
import { renderConnectPage } from './connect-pages.ts';
import {
  accountOfTokens,
  checkPermitted,
  customerOf,
  proveKey,
  type SaveOptions,
  storeCredential,
} from './save-credential.ts';
import { sendConnectError } from './send-connect-error.ts';
import type { UpstreamApplication } from './upstream-client.ts';

export interface ConnectionsOptions extends SaveOptions {
  readonly origin: string;
  /** Signs our forms; at least 32 characters. */
  readonly secret: Secret;
  readonly identity: Pick<Identity, 'findSession'>;
}

interface Params {
  readonly organization: string;
}
interface ProviderParams extends Params {
  readonly provider: string;
}

/** One redirect URI per organization and provider, so that an answer of one never counts as another's (RFC 9700 §4.4.2.2). */
export function callbackOf(origin: string, organizationId: string, provider: string): string {
  return `${origin}${CONNECTIONS_PATH}/${organizationId}/${provider}/callback`;
}

export async function connectionsPlugin(app: FastifyInstance, options: ConnectionsOptions): Promise<void> {
  const { origin } = options;
  app.setErrorHandler((error, request, reply) => sendConnectError(error, request, reply, origin));
  addFormParser(app);

  app.get<{ Params: Params; Querystring: ConnectQuery & { saved?: string } }>(
    `${CONNECTIONS_PATH}/:organization`,
    async (request, reply) => {
      const { organization } = request.params;
      const context = await readContext(options, request, { organization, query: request.query });
      if (context === null) return toSignIn(options, request, reply);
      const html = renderConnectPage(context, tokenOf(options, context), request.query.saved === 'yes');
      reply.headers({ 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
      return sendDocument(reply, html, await formActions(options, context));
    },
  );

  app.post<{ Params: ProviderParams; Querystring: ConnectQuery }>(
    `${CONNECTIONS_PATH}/:organization/:provider`,
    async (request, reply) => {
      const { organization, provider } = request.params;
      const query = { ...request.query, provider: request.query.provider ?? provider };
      const context = await readContext(options, request, { organization, query });
      if (context === null) return toSignIn(options, request, reply);
      const values = readForm(request, { origin, token: tokenOf(options, context) });
      const need = context.needs.find(({ facts }) => facts.id === provider);
      if (need === undefined) throw new AppError('connections.provider_unknown');
      const submitted = { context, need, values, request, reply };
      if (values.action === 'oauth') return leave(options, submitted);
      if (values.action === 'key') await pasteKey(options, submitted);
      else if (values.action === 'confirm') await confirm(options, submitted);
      return reply.header('cache-control', 'no-store').redirect(saved(context.address), 303);
    },
  );

  app.get<{ Params: ProviderParams }>(`${CONNECTIONS_PATH}/:organization/:provider/callback`, async (request, reply) =>
    finish(options, request, reply),
  );
}

interface Submitted {
  readonly context: ConnectContext;
  readonly need: ProviderNeed;
  readonly values: FormValues;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function leave(options: ConnectionsOptions, { context, need, values, reply }: Submitted) {
  const { facts, scopes, connectors } = need;
  checkPermitted(facts, context.ownerKind);
  const clientId = facts.registration?.clientId ?? null;
  if (clientId === null) throw new AppError('connections.not_registered');
  const customer = customerOf(facts, values);
  const verifier = oauth.generateRandomCodeVerifier();
  const organizationId = context.organization.id;
  const state = await options.database.withOrganization({ organizationId }, (tx) =>
    startConnection(tx, options.vault, {
      personId: context.person.id,
      sessionId: context.sessionId,
      provider: facts.id,
      ownerKind: context.ownerKind,
      connectionId: null,
      connectorIds: connectors.map(({ id }) => id),
      scopes,
      host: customer,
      returnTo: context.returnTo,
      verifier: new Secret(verifier),
    }),
  );
  const redirectUri = callbackOf(options.origin, organizationId, facts.id);
  const application = { facts, clientId, clientSecret: null, customer };
  const url = await options.upstream.authorizationUrl(application, { state, verifier, redirectUri, scopes });
  return reply.header('cache-control', 'no-store').redirect(url, 303);
}

async function pasteKey(options: ConnectionsOptions, { context, need, values, request }: Submitted): Promise<void> {
  const { facts, connectors } = need;
  checkPermitted(facts, context.ownerKind);
  const proved = await proveKey(options, facts, values);
  await storeCredential(options, {
    organizationId: context.organization.id,
    facts,
    ownerKind: context.ownerKind,
    personId: context.person.id,
    ...proved,
    scopes: [],
    connectionId: null,
    connectorIds: connectors.map(({ id }) => id),
    requestId: request.id,
  });
}

async function confirm(options: ConnectionsOptions, { context, need, values, request }: Submitted): Promise<void> {
  const { present, connectors, scopes } = need;
  const connection = present.find(({ id }) => id === values.connection);
  if (connection === undefined) throw new AppError('connections.not_found');
  const organizationId = context.organization.id;
  await options.database.withOrganization({ organizationId }, async (tx) => {
    const change = { actor: { kind: 'person', personId: context.person.id }, requestId: request.id } as const;
    for (const { id: connectorId } of connectors)
      await confirmConnection(tx, change, { connectionId: connection.id, connectorId, scopes });
  });
}

async function finish(options: ConnectionsOptions, request: FastifyRequest, reply: FastifyReply) {
  const { origin, database, vault, identity, upstream } = options;
  const { organization: organizationId, provider } = request.params as ProviderParams; // of the route
  const answer = new URL(request.raw.url ?? '', origin).searchParams;
  const state = answer.get('state') ?? '';
  const scope = await database.lookups.findOrganization(organizationId);
  const signedIn = await identity.findSession(request.headers);
  if (scope === null || scope.organizationId !== organizationId || signedIn === null)
    throw new AppError('connections.request_expired');
  const { person, session } = signedIn;
  if (!opensOrganization(session, organizationId)) throw new AppError('connections.request_expired');
  const begun = await database.withOrganization(scope, (tx) =>
    takeConnectionRequest(tx, vault, { state, personId: person.id, sessionId: session.sessionId, provider }),
  );
  // Read after the request was taken: a registration that changed meanwhile is refused by the provider itself.
  const application = await database.withOrganization(scope, async (tx): Promise<UpstreamApplication> => {
    await checkOwner(tx, person.id, begun.request.ownerKind);
    const facts = await findProvider(tx, provider);
    if (facts?.registration?.clientId == null) throw new AppError('connections.not_registered');
    const clientSecret = await openProviderSecret(tx, vault, provider);
    return { facts, clientId: facts.registration.clientId, clientSecret, customer: begun.request.host };
  });
  const redirectUri = callbackOf(origin, organizationId, provider);
  const { scopes, ownerKind, connectionId, connectorIds, host: customer, returnTo } = begun.request;
  const credential = await upstream.redeem(application, answer, {
    state,
    verifier: begun.verifier,
    redirectUri,
    scopes,
  });
  const account = await accountOfTokens(options, application, credential);
  const { facts } = application;
  const proved = { organizationId, facts, ownerKind, personId: person.id, credential, account, customer };
  await storeCredential(options, {
    ...proved,
    scopes: credential.scopes,
    connectionId,
    connectorIds,
    requestId: request.id,
  });
  const owner = ownerKind === 'organization' ? ownerKind : undefined;
  const consent = returnTo.kind === 'consent' ? returnTo.uid : undefined;
  const address = addressOf(organizationId, { provider, connectors: connectorIds.join(','), owner, consent });
  return reply.header('cache-control', 'no-store').redirect(saved(address), 303);
}

/** Bound to the sign-in and the page: a form that was rendered for another person sends nothing. */
function tokenOf({ secret }: ConnectionsOptions, { organization, sessionId }: ConnectContext): string {
  return formToken(secret, `connections ${organization.id} ${sessionId}`);
}

/** The redirect to a provider answers the form, so the policy of the form names each. */
async function formActions({ upstream }: ConnectionsOptions, { needs }: ConnectContext): Promise<string> {
  const origins = await Promise.all(
    needs.map(async ({ facts }) => {
      if (facts.oauth === null || facts.registration?.clientId == null) return [];
      const application = { facts, clientId: '', clientSecret: null, customer: null };
      const server = await upstream.serverOf(application).catch(() => null);
      const url = server?.authorization_endpoint.replace('{customer}', 'customer');
      return url === undefined ? [] : [new URL(url).origin.replace('//customer.', '//*.')];
    }),
  );
  return ["'self'", ...new Set(origins.flat())].join(' ');
}

function toSignIn({ origin }: ConnectionsOptions, request: FastifyRequest, reply: FastifyReply) {
  const next = encodeURIComponent(request.raw.url ?? '');
  return reply.header('cache-control', 'no-store').redirect(`${origin}/dashboard/sign-in?next=${next}`, 303);
}

function saved(address: string): string {
  return `${address}${address.includes('?') ? '&' : '?'}saved=yes`;
}
