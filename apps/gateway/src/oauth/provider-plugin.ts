/** The endpoints of the authorization server at the origin's root, answered by oidc-provider on the bare request. */
import { errorPagePath } from '@patchbay/foundation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { apiError } from '../http/api-error.ts';
import { sendFormError } from '../identity/form-page.ts';
import type { Budgets } from './budgets.ts';
import type { ProtectedResources } from './protected-resources.ts';
import { requestedScope } from './requested-scope.ts';

export interface ProviderPluginOptions {
  readonly origin: string;
  readonly resources: ProtectedResources;
  readonly budgets: Budgets;
  /** The provider with the present keys. */
  provider(): Promise<Provider>;
}

export async function providerPlugin(app: FastifyInstance, options: ProviderPluginOptions): Promise<void> {
  const { origin, budgets, provider } = options;
  // The provider reads bodies itself, with a limit of its own.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setErrorHandler((error, request, reply) =>
    request.raw.url?.startsWith('/authorize') === true
      ? sendFormError(error, request, reply, origin)
      : sendTokenError(error, request, reply, origin),
  );

  const handOver = async (request: FastifyRequest, reply: FastifyReply) => {
    const current = await provider();
    reply.hijack();
    // A hijacked answer loses what the edge has set for every answer.
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    await current.callback()(request.raw, reply.raw);
  };

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
async function canonicalRequest({ resources, origin }: ProviderPluginOptions, target: string): Promise<string> {
  const url = new URL(target, origin);
  // Pages of the provider's own would send the other modes; a code in the query is what every client here reads.
  url.searchParams.delete('response_mode');
  const indicators = url.searchParams.getAll('resource');
  // Several or none are the provider's to refuse.
  const resource = indicators.length === 1 ? await resources.find(indicators[0] ?? '') : null;
  if (resource === null || url.searchParams.getAll('scope').length > 1) return url.pathname + url.search;
  url.searchParams.set('resource', resource.audience);
  const known = resource.scopes.map(({ name }) => name);
  url.searchParams.set('scope', requestedScope(url.searchParams.get('scope'), known));
  return url.pathname + url.search;
}

/** In the form that OAuth clients read. @see RFC 6749 §5.2 */
function sendTokenError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, origin: string) {
  const error = apiError(thrown);
  const isOurs = error.spec.owner === 'platform';
  if (isOurs)
    request.log.error({ code: error.code, err: error.cause ?? error, requestId: request.id }, 'request failed');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterSeconds)));
  return reply
    .code(error.spec.status)
    .header('cache-control', 'no-store')
    .type('application/json')
    .send({
      error: isOurs ? 'server_error' : 'temporarily_unavailable',
      code: error.code,
      error_description: `${error.spec.title} ${error.hint}`,
      error_uri: `${origin}/api/docs/errors/${errorPagePath(error.code)}`,
    });
}
