/** API keys: one kind per door. The secret is in the answer to the creation and nowhere else. */

import { idOf, integer, text } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { defineEndpoint } from '../define-endpoint.ts';
import {
  ActionState,
  Actor,
  DisplayName,
  Instant,
  OrganizationParams,
  PageQuery,
  PermissionName,
  pageOf,
} from './parts.ts';

const DAYS_MAX = ACCOUNT_LIMITS.keyLife.value;

export const ApiKey = z
  .object({
    id: z.string(),
    kind: z.enum(['mcp', 'deploy', 'admin']),
    name: z.string(),
    hint: z.string().meta({ description: 'First characters of the key, enough to recognise it.' }),
    connectorIds: z
      .array(z.string())
      .meta({ description: 'Connectors it opens (kinds mcp and deploy); `*` stands for every one.' }),
    scopes: z.array(z.string()).meta({ description: 'For kind mcp.' }),
    permissions: z.array(PermissionName).meta({ description: 'For kind admin.' }),
    allowedAddresses: z.array(z.string()).meta({ description: 'Addresses or CIDR ranges; empty means any.' }),
    owner: Actor.meta({ description: 'Whose rights it carries; it ends with their membership.' }),
    createdAt: Instant,
    expiresAt: Instant,
    lastUsedAt: Instant.nullable(),
    lastUsedAddress: z.string().nullable(),
    revokedAt: Instant.nullable(),
    actions: z.object({ revoke: ActionState }),
  })
  .meta({ id: 'ApiKey' });

export const CreatedApiKey = ApiKey.extend({
  secret: z.string().meta({ description: 'Shown this once.' }),
}).meta({ id: 'CreatedApiKey' });

export const listApiKeys = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/api-keys',
  summary: 'List API keys, without their secrets',
  tag: 'API keys',
  permission: 'api-keys:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  query: PageQuery.extend({
    state: z
      .enum(['usable', 'ended'])
      .optional()
      .meta({ description: 'Only keys that still open something, or only revoked and expired ones. Default: all.' }),
  }),
  reply: pageOf(ApiKey, 'ApiKeyPage'),
});

export const createApiKey = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/api-keys',
  summary: 'Create an API key; its secret is shown this once',
  tag: 'API keys',
  permission: 'api-keys:write',
  audit: 'api_key.created',
  params: OrganizationParams,
  body: z.object({
    kind: z.enum(['mcp', 'deploy', 'admin']),
    name: DisplayName,
    connectors: z
      .array(text().max(64))
      .max(100)
      .default([])
      .meta({ description: 'Slugs or `con_` ids; `*` stands for every one.' }),
    scopes: z.array(text().max(64)).max(50).default([]),
    permissions: z.array(PermissionName).default([]),
    allowedAddresses: z.array(text().max(64)).max(50).default([]),
    expiresInDays: integer({ min: 1, max: DAYS_MAX }).default(ACCOUNT_LIMITS.keyLifeDefault.value),
  }),
  reply: CreatedApiKey,
  status: 201,
});

export const revokeApiKey = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/api-keys/:apiKey',
  summary: 'Revoke an API key, at once and for good: one’s own, or any as owner or admin',
  tag: 'API keys',
  permission: 'api-keys:write',
  audit: 'api_key.revoked',
  params: OrganizationParams.extend({ apiKey: idOf('apiKey') }),
});
