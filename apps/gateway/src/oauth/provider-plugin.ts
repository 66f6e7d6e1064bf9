/** The endpoints of the authorization server at the origin's root, answered by oidc-provider on the bare request. */
import { ADMIN_SCOPES } from '@patchbay/domain/organizations';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendFormError } from '../identity/form-page.ts';
import type { AdminGrants } from './admin-grants.ts';
import type { Budgets } from './budgets.ts';
import { passThrough, sendTokenError } from './hand-over.ts';
import type { ProtectedResources } from './protected-resources.ts';
import { requestedScope } from './requested-scope.ts';

export interface ProviderPluginOptions {
  readonly origin: string;
  readonly resources: ProtectedResources;
  readonly adminGrants: Pick<AdminGrants, 'isNamedBy' | 'audience'>;
  readonly budgets: Budgets;
  /** Answers the bare request. */
  handOver(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

export async function providerPlugin(app: FastifyInstance, options: ProviderPluginOptions): Promise<void> {
  const { origin, budgets, handOver } = options;
  passThrough(app);
  app.setErrorHandler((error, request, reply) =>
    request.raw.url?.startsWith('/authorize') === true
      ? sendFormError(error, request, reply, origin)
      : sendTokenError(error, request, reply, origin),
  );

  app.get('/authorize', async (request, reply) => {
    await budgets.admitAuthorization(request.clientAddress);
    request.raw.url = await canonicalRequest(options, request.raw.url ?? '');
    return handOver(request, reply);
  });
  app.get('/authorize/:uid', handOver);
  app.post('/token', handOver);
  app.post('/revoke', handOver);
  app.get('/jwks', handOver);
  app.get('/.well-known/oauth-authorization-server', handOver);
  app.get('/.well-known/openid-configuration', handOver);
  app.post('/register', async (request, reply) => {
    const isBrowser = request.headers['sec-fetch-site'] !== undefined;
    await budgets.admitRegistration(request.clientAddress, isBrowser);
    return handOver(request, reply);
  });
}

/** The request with the resource as its tokens will name it, and with a scope that the resource has. */
async function canonicalRequest(options: ProviderPluginOptions, target: string): Promise<string> {
  const { resources, adminGrants, origin } = options;
  const url = new URL(target, origin);
  // Pages of the provider's own would send the other modes; a code in the query is what every client here reads.
  url.searchParams.delete('response_mode');
  const indicators = url.searchParams.getAll('resource');
  // Several or none are the provider's to refuse.
  const [indicator = ''] = indicators.length === 1 ? indicators : [];
  if (adminGrants.isNamedBy(indicator)) {
    url.searchParams.set('resource', adminGrants.audience);
    url.searchParams.set('scope', requestedScope(url.searchParams.get('scope'), ADMIN_SCOPES));
    return url.pathname + url.search;
  }
  const resource = indicator === '' ? null : await resources.find(indicator);
  if (resource === null || url.searchParams.getAll('scope').length > 1) return url.pathname + url.search;
  url.searchParams.set('resource', resource.audience);
  const known = resource.scopes.map(({ name }) => name);
  url.searchParams.set('scope', requestedScope(url.searchParams.get('scope'), known));
  return url.pathname + url.search;
}
