/** API keys: one kind per surface. The secret is in the answer to the creation and nowhere else. */

import type { Tx } from '@patchbay/domain';
import * as apiKeys from '@patchbay/domain/api-keys';
import { findConnector } from '@patchbay/domain/connectors';
import { getServiceAccount } from '@patchbay/domain/service-accounts';
import { AppError, idOf, integer, text } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { type Access, type Caller, requirePermission, requirePerson } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { actorNames, type NamedActor } from './actor-names.ts';
import { allowedUnless, lacks, PERSON_ONLY } from './allowed.ts';
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
      .meta({ description: 'Connectors it can use (kinds mcp and deploy); `*` means every connector.' }),
    scopes: z.array(z.string()).meta({ description: 'For kind mcp.' }),
    permissions: z.array(PermissionName).meta({ description: 'For kind admin.' }),
    allowedAddresses: z.array(z.string()).meta({ description: 'Addresses or CIDR ranges; empty means any.' }),
    owner: Actor.meta({
      description: 'The person whose permissions it carries, and with whose membership it ends; or a service account.',
    }),
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

const DAY_MS = 24 * 60 * 60 * 1000;

const OF_ANOTHER = 'It belongs to another member: they can revoke it, or an owner or admin of the organization.';

type KeyReader = { readonly access: Access; readonly caller: Caller };

/** A member with members:write revokes any key; every other member their own. */
function isAnothers(key: apiKeys.ApiKey, { access, caller }: KeyReader): boolean {
  return !access.permissions.has('members:write') && key.personId !== (caller.person?.id ?? null);
}

function present(key: apiKeys.ApiKey, reader: KeyReader, nameActor: (actor: unknown) => NamedActor) {
  return {
    id: key.id,
    kind: key.kind,
    name: key.name,
    hint: key.hint,
    connectorIds: [...key.connectorIds],
    scopes: [...key.scopes],
    permissions: [...key.permissions],
    allowedAddresses: [...key.allowedAddresses],
    owner: nameActor(
      key.personId === null
        ? { kind: 'service_account', serviceAccountId: key.serviceAccountId }
        : { kind: 'person', personId: key.personId },
    ),
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    lastUsedAddress: key.lastUsedAddress,
    revokedAt: key.revokedAt?.toISOString() ?? null,
    actions: {
      revoke: allowedUnless(
        key.revokedAt !== null && 'It is revoked already.',
        reader.caller.kind !== 'person' && PERSON_ONLY,
        lacks(reader.access, 'api-keys:write'),
        isAnothers(key, reader) && OF_ANOTHER,
      ),
    },
  };
}

/** Slugs and ids as ids; `*` stays what it is. @throws AppError `connectors.not_found` */
async function connectorIdsOf(tx: Tx, names: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    const connector = name === '*' ? null : await findConnector(tx, name);
    if (name !== '*' && !connector) {
      throw new AppError('connectors.not_found', { detail: `There is no connector ${name}.` });
    }
    ids.push(connector?.id ?? '*');
  }
  return ids;
}

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
}).inTransaction(async (tx, call, { clock }) => {
  const page = await apiKeys.listApiKeys(tx, call.query, { state: call.query.state, now: clock.now() });
  // Keys belong to people and service accounts, never to keys.
  const nameActor = await actorNames(tx, []);
  return { items: page.items.map((key) => present(key, call, nameActor)), nextCursor: page.nextCursor };
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
      .meta({ description: 'Slugs or `con_` ids; `*` means every connector.' }),
    serviceAccount: idOf('serviceAccount').optional().meta({
      description:
        'Makes it a key of this service account, which takes `service-accounts:write`. Default: a key of the caller.',
    }),
    scopes: z.array(text().max(64)).max(50).default([]),
    permissions: z.array(PermissionName).default([]),
    allowedAddresses: z.array(text().max(64)).max(50).default([]),
    expiresInDays: integer({ min: 1, max: DAYS_MAX }).default(ACCOUNT_LIMITS.keyLifeDefault.value),
  }),
  reply: CreatedApiKey,
  status: 201,
}).inTransaction(async (tx, call, deps) => {
  // A key that could make keys would outlive its own revocation.
  const { actor } = requirePerson(call.caller, 'newApiKey');
  const { connectors, expiresInDays, serviceAccount, ...rest } = call.body;
  if (serviceAccount !== undefined) requirePermission(call.access, 'service-accounts:write');
  const serviceAccountId = serviceAccount && (await getServiceAccount(tx, serviceAccount)).id;
  const { apiKey, secret } = await apiKeys.createApiKey(
    tx,
    actor,
    {
      ...rest,
      serviceAccountId,
      connectorIds: await connectorIdsOf(tx, connectors),
      expiresAt: new Date(deps.clock.now().getTime() + expiresInDays * DAY_MS),
    },
    { permissions: call.access.permissions },
  );
  return { ...present(apiKey, call, await actorNames(tx, [])), secret: secret.reveal() };
});

export const revokeApiKey = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/api-keys/:apiKey',
  summary: 'Revoke an API key, at once and for good: one’s own, or any as owner or admin',
  tag: 'API keys',
  permission: 'api-keys:write',
  audit: 'api_key.revoked',
  params: OrganizationParams.extend({ apiKey: idOf('apiKey') }),
}).inTransaction(async (tx, call) => {
  const key = await apiKeys.getApiKey(tx, call.params.apiKey);
  if (isAnothers(key, call)) throw new AppError('admin.permission_missing', { detail: OF_ANOTHER });
  await apiKeys.revokeApiKey(tx, call.caller.actor, key.id);
  return undefined;
});
