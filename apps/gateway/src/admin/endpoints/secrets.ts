/** Secrets of a connector. They go in and never come out. */

import { text } from '@patchbay/foundation';
import { ADMIN_LIMITS } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { defineEndpoint } from '../define-endpoint.ts';
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
});

export const deleteSecret = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/connectors/:connector/secrets/:name',
  summary: 'Delete a secret; in force for the next call',
  tag: TAG,
  permission: 'secrets:write',
  audit: 'secret.deleted',
  params: SecretParams,
});
