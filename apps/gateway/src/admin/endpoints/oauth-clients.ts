/** OAuth clients with a fixed id and secret, for clients that neither register nor publish a metadata document. */

import * as clients from '@patchbay/domain/oauth-clients';
import { AppError, idOf, text } from '@patchbay/foundation';
import { formatLimit, OAUTH_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { classifyRedirectUri } from '../../oauth/redirect-uri.ts';
import { requirePerson } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { DisplayName, Instant, OrganizationParams, pageOf } from './parts.ts';

const TAG = 'OAuth clients';
const ClientParams = OrganizationParams.extend({ client: idOf('oauthClient') });

/** Both addresses of hosted Claude, whose advanced settings take an id and a secret. */
const CLAUDE_CALLBACKS = ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'];

export const OAuthClient = z
  .object({
    id: z.string().meta({ description: 'The `client_id`.' }),
    name: z.string(),
    redirectUris: z.array(z.string()),
    previousSecretUntil: Instant.nullable().meta({
      description: 'Until when the replaced secret is accepted too; null when only the present one is.',
    }),
    adminApi: z.boolean().meta({ description: 'Whether people may let it administer this organization for them.' }),
    createdAt: Instant,
    disabledAt: Instant.nullable(),
  })
  .meta({ id: 'OAuthClient' });

export const CreatedOAuthClient = OAuthClient.extend({
  secret: z.string().meta({ description: 'The `client_secret`. Shown this once.' }),
}).meta({ id: 'CreatedOAuthClient' });

function present(client: clients.OAuthClient) {
  const { id, name, redirectUris, previousSecretUntil, adminApi, createdAt, disabledAt } = client;
  return {
    id,
    name,
    redirectUris: [...redirectUris],
    previousSecretUntil: previousSecretUntil?.toISOString() ?? null,
    adminApi,
    createdAt: createdAt.toISOString(),
    disabledAt: disabledAt?.toISOString() ?? null,
  };
}

export const listOAuthClients = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/oauth-clients',
  summary: 'List OAuth clients that were made here, without their secrets',
  tag: TAG,
  permission: 'oauth-clients:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: pageOf(OAuthClient, 'OAuthClientPage'),
}).inTransaction(async (tx) => ({ items: (await clients.listOAuthClients(tx)).map(present), nextCursor: null }));

export const createOAuthClient = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/oauth-clients',
  summary: 'Create an OAuth client; its secret is shown this once',
  tag: TAG,
  permission: 'oauth-clients:write',
  audit: 'oauth_client.created',
  params: OrganizationParams,
  body: z.object({
    name: DisplayName,
    redirectUris: z
      .array(text().max(2_000))
      .min(1)
      .max(OAUTH_LIMITS.redirectUris.value)
      .default(CLAUDE_CALLBACKS)
      .meta({ description: 'Default: both addresses of hosted Claude.' }),
    adminApi: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether people may let it administer this organization for them. For owners alone.' }),
  }),
  reply: CreatedOAuthClient,
  status: 201,
}).inTransaction(async (tx, { body, access, caller, requestId }, { oauth }) => {
  if (body.adminApi) requirePerson(caller, 'oauthClients');
  if (body.adminApi && !access.roles.includes('owner')) {
    throw new AppError('admin.permission_missing', {
      detail: 'Only an owner may make a client for the admin API.',
      hint: 'Ask an owner of the organization.',
    });
  }
  for (const uri of body.redirectUris) {
    const found = classifyRedirectUri(uri);
    if ('problem' in found) throw new AppError('oauth.redirect_uri_refused', { detail: `${found.problem}.` });
  }
  const client = await clients.createOAuthClient(tx, caller.actor, { ...body, requestId });
  return { ...present(client), secret: oauth.clientSecret(client).reveal() };
});

export const rotateOAuthClientSecret = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/oauth-clients/:client/secret',
  summary: 'Replace the secret of an OAuth client; the new one is shown this once',
  tag: TAG,
  permission: 'oauth-clients:write',
  audit: 'oauth_client.secret_rotated',
  params: ClientParams,
  query: z.object({
    previous: z
      .enum(['keep', 'refuse'])
      .default('keep')
      .meta({
        description: `\`keep\`: the replaced secret is accepted for ${formatLimit(OAUTH_LIMITS.secretOverlap)} more.`,
      }),
  }),
  reply: CreatedOAuthClient,
}).inTransaction(async (tx, { params, query, caller, requestId }, { oauth }) => {
  const change = { id: params.client, keepPrevious: query.previous === 'keep', requestId };
  const client = await clients.rotateOAuthClientSecret(tx, caller.actor, change);
  return { ...present(client), secret: oauth.clientSecret(client).reveal() };
});

export const disableOAuthClient = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/oauth-clients/:client',
  summary: 'Disable an OAuth client for good, with every grant that it was given',
  tag: TAG,
  permission: 'oauth-clients:write',
  audit: 'oauth_client.disabled',
  params: ClientParams,
}).inTransaction(async (tx, { params, caller, requestId }) => {
  await clients.disableOAuthClient(tx, caller.actor, { id: params.client, requestId });
  return undefined;
});
