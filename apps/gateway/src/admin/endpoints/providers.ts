/** Providers: the catalogue, where the organization is registered, and an owner's own. */
import * as connections from '@patchbay/domain/connections';
import { AppError, documentNumber, Secret, text } from '@patchbay/foundation';
import { ownProviderSchema } from '@patchbay/providers';
import { z } from 'zod';
import { callbackOf } from '../../connections/connections-plugin.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { Instant, OrganizationParams, pageOf } from './parts.ts';

const TAG = 'Providers';
const ProviderParams = OrganizationParams.extend({
  provider: text()
    .regex(/^[a-z][a-z0-9-]{1,39}$/)
    .meta({ description: 'Id of the catalogue, or `own-…`.' }),
});
/** A document of bounded depth whose texts and numbers can be stored; its own schema is that of an own provider. */
const DEFINITION_DEPTH = 4;
const Definition = z.record(text().max(64), documentOf(DEFINITION_DEPTH));

function documentOf(depth: number): z.ZodType {
  const plain = z.union([text().max(2_048), documentNumber(), z.boolean(), z.null()]);
  if (depth === 0) return plain;
  const inner = documentOf(depth - 1);
  return z.union([plain, z.array(inner).max(64), z.record(text().max(200), inner)]);
}

/** @throws AppError `connections.provider_refused` naming each member at fault */
function readDefinition(document: z.output<typeof Definition>) {
  const read = ownProviderSchema.safeParse(document);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}.`);
  throw new AppError('connections.provider_refused', { detail: problems.slice(0, 10).join(' ') });
}

const Owners = z.array(z.enum(['person', 'organization'])).max(2);

export const Provider = z
  .object({
    id: z.string(),
    name: z.string(),
    source: z.enum(['catalogue', 'own']),
    category: z.string().nullable(),
    documentation: z.string().nullable(),
    methods: z.array(z.enum(['oauth2', 'api_key', 'basic'])),
    scopes: z.array(z.object({ name: z.string(), effect: z.string(), means: z.string() })),
    hosts: z.array(z.string()).meta({ description: 'Hosts that a credential may be sent to.' }),
    unverified: z.array(z.string()).meta({ description: 'Facts that no page of the provider states.' }),
    redirectUri: z.string().nullable().meta({ description: 'To be registered at the provider; null without OAuth.' }),
    registration: z
      .object({
        clientId: z.string().nullable(),
        hasSecret: z.boolean(),
        scopes: z.array(z.string()),
        allows: Owners,
        updatedAt: Instant,
      })
      .nullable(),
  })
  .meta({ id: 'Provider' });

function present(facts: connections.ProviderFacts, origin: string, organizationId: string): z.output<typeof Provider> {
  const { id, name, source, category, documentation, oauth, key, perCustomerHost, registration } = facts;
  return {
    id,
    name,
    source,
    category,
    documentation,
    methods: [...(oauth ? ['oauth2' as const] : []), ...(key ? [key.kind] : [])],
    scopes: (oauth?.scopes ?? []).map((scope) => ({ name: scope.name, effect: scope.effect, means: scope.means })),
    hosts: [...facts.credentialHosts, ...(perCustomerHost?.templates ?? [])],
    unverified: [...facts.unverified],
    redirectUri: oauth === null ? null : callbackOf(origin, organizationId, id),
    registration: registration && {
      clientId: registration.clientId,
      hasSecret: registration.hasSecret,
      scopes: [...registration.scopes],
      allows: [...registration.allows],
      updatedAt: registration.updatedAt.toISOString(),
    },
  };
}

export const listProviders = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/providers',
  summary: 'List the providers of the catalogue and the organization’s own, by name',
  tag: TAG,
  permission: 'providers:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: pageOf(Provider, 'ProviderPage'),
}).inTransaction(async (tx, { access }, { origin }) => {
  const found = await connections.listProviders(tx);
  return { items: found.map((facts) => present(facts, origin, access.organization.id)), nextCursor: null };
});

export const saveProvider = defineEndpoint({
  method: 'PUT',
  path: '/organizations/:organization/providers/:provider',
  summary:
    'Register the organization’s OAuth application at a provider, or set an own provider; another client ends the connections before',
  tag: TAG,
  permission: 'providers:write',
  audit: 'provider.saved',
  params: ProviderParams,
  body: z.object({
    clientId: text().min(1).max(500).nullable().default(null),
    clientSecret: text()
      .min(1)
      .max(4_000)
      .nullable()
      .optional()
      .meta({ description: 'Left out, the secret before stays, as long as the client does.' }),
    definition: Definition.optional().meta({
      description: 'The facts of an own provider, as docs/providers.md has them.',
    }),
    scopes: z.array(text().min(1).max(200)).max(120).default([]),
    allows: Owners.default(['person']),
  }),
  reply: Provider,
}).inTransaction(async (tx, { params, body, caller, access, requestId }, { origin, vault }) => {
  const { actor } = caller;
  const { clientSecret, definition: document, ...input } = body;
  const definition = document && readDefinition(document);
  const secret = clientSecret == null ? clientSecret : new Secret(clientSecret);
  const change = { ...input, definition, provider: params.provider, clientSecret: secret };
  const saved = await connections.saveProvider(tx, vault, { actor, requestId }, change);
  return present(saved, origin, access.organization.id);
});

export const deleteProvider = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/providers/:provider',
  summary: 'Remove the registration or the own provider, with every connection at it',
  tag: TAG,
  permission: 'providers:write',
  audit: 'provider.deleted',
  params: ProviderParams,
}).inTransaction(async (tx, { params, caller, requestId }) => {
  const { actor } = caller;
  await connections.deleteProvider(tx, { actor, requestId }, params.provider);
  return undefined;
});
