/** Secrets of a connector. They go in and never come out. */

import * as secrets from '@patchbay/domain/secrets';
import { Secret, text } from '@patchbay/foundation';
import { ADMIN_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { connectorOf } from './connector-parts.ts';
import { ConnectorParams, Instant } from './parts.ts';

const TAG = 'Secrets';
/** A value that is only somewhat too long gets the error that names the limit. */
const VALUE_CHARACTERS_MAX = 2 * ADMIN_LIMITS.secret.value;

const SecretParams = ConnectorParams.extend({
  name: text().regex(
    /^[A-Z][A-Z0-9_]{0,63}$/,
    'is 1 to 64 capital letters, digits and underscores, and begins with a letter',
  ),
});

export const SecretName = z
  .object({ name: z.string(), createdAt: Instant, updatedAt: Instant })
  .meta({ id: 'SecretName' });

export const listSecrets = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/secrets',
  summary: 'List the names of secrets',
  tag: TAG,
  permission: 'secrets:read',
  audit: { none: 'a read of names, never of values' },
  params: ConnectorParams,
  reply: z.object({ items: z.array(SecretName), nextCursor: z.string().nullable() }).meta({ id: 'SecretNamePage' }),
}).inTransaction(async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const names = await secrets.listSecretNames(tx, connector.id);
  const items = names.map(({ name, createdAt, updatedAt }) => ({
    name,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }));
  return { items, nextCursor: null };
});

export const setSecret = defineEndpoint({
  method: 'PUT',
  path: '/organizations/:organization/connectors/:connector/secrets/:name',
  summary: 'Set a secret; in force for the next call',
  tag: TAG,
  permission: 'secrets:write',
  audit: 'secret.set',
  params: SecretParams,
  body: z.object({ value: text().min(1).max(VALUE_CHARACTERS_MAX) }),
}).inTransaction(async (tx, call, { vault }) => {
  const connector = await connectorOf(tx, call);
  await secrets.setSecret(tx, call.caller.actor, vault, {
    connectorId: connector.id,
    name: call.params.name,
    value: new Secret(call.body.value),
    requestId: call.requestId,
  });
  return undefined;
});

export const deleteSecret = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/connectors/:connector/secrets/:name',
  summary: 'Delete a secret; in force for the next call',
  tag: TAG,
  permission: 'secrets:write',
  audit: 'secret.deleted',
  params: SecretParams,
}).inTransaction(async (tx, call) => {
  const connector = await connectorOf(tx, call);
  await secrets.deleteSecret(tx, call.caller.actor, {
    connectorId: connector.id,
    name: call.params.name,
    requestId: call.requestId,
  });
  return undefined;
});
