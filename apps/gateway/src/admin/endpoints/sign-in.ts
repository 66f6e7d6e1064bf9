/** The sign-in of an organization: its own OpenID Connect provider. Owners set it, since it decides who the members are. */

import * as providers from '@patchbay/domain/identity-providers';
import { AppError, Secret, text } from '@patchbay/foundation';
import { z } from 'zod';
import { callbackOf, SSO_PATH } from '../../sso/sign-in-request.ts';
import { type Access, requirePerson } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { scopeOf } from '../definition/endpoint.ts';
import { allowedUnless, lacks } from './allowed.ts';
import { ActionState, Instant, OrganizationParams } from './parts.ts';

const TAG = 'Sign-in';
const PATH = '/organizations/:organization/sign-in';

export const IdentityProvider = z
  .object({
    issuer: z.string(),
    clientId: z.string(),
    hasSecret: z.boolean().meta({ description: 'False for a public client. The secret itself is never shown.' }),
    state: z.enum(['draft', 'active']).meta({ description: 'A draft lets no member in.' }),
    testedAt: Instant.nullable().meta({ description: 'When a test sign-in came back whole with these settings.' }),
    required: z.boolean().meta({ description: 'Whether members sign in with it and in no other way.' }),
    idJag: z.boolean().meta({
      description: 'Whether its identity assertions (ID-JAG) connect members to clients without a consent page.',
    }),
    updatedAt: Instant,
    actions: z.object({ activate: ActionState, deactivate: ActionState, require: ActionState, delete: ActionState }),
  })
  .meta({ id: 'IdentityProvider' });

export const OrganizationSignIn = z
  .object({
    redirectUri: z.string().meta({ description: 'To be registered at the provider. It stays when the slug changes.' }),
    signInUrl: z.string().meta({ description: 'Where members begin.' }),
    testUrl: z.string().meta({ description: 'Where an owner tests a draft, in the browser.' }),
    joinUrl: z.string().meta({ description: 'Where a member lets the provider sign them in as who they are here.' }),
    identityProvider: IdentityProvider.nullable(),
  })
  .meta({ id: 'OrganizationSignIn' });

function present(origin: string, access: Access, provider: providers.IdentityProvider | null) {
  const { id, slug } = access.organization;
  const base = `${origin}${SSO_PATH}/${slug}`;
  const urls = { signInUrl: base, testUrl: `${base}/test`, joinUrl: `${base}/join` };
  return {
    redirectUri: callbackOf(origin, id),
    ...urls,
    identityProvider: provider && presentProvider(access, provider),
  };
}

function presentProvider(access: Access, provider: providers.IdentityProvider) {
  const { issuer, clientId, hasSecret, state, testedAt, required, idJag, updatedAt } = provider;
  const missing = lacks(access, 'sign-in:write');
  const demanded = required && 'Members have to sign in with it. Make it optional first.';
  const isActive = state === 'active';
  return {
    issuer,
    clientId,
    hasSecret,
    state,
    testedAt: testedAt?.toISOString() ?? null,
    required,
    idJag,
    updatedAt: updatedAt.toISOString(),
    actions: {
      activate: allowedUnless(missing, isActive && 'It is in service.', testedAt === null && 'Test it first.'),
      deactivate: allowedUnless(missing, !isActive && 'It is not in service.', demanded),
      require: allowedUnless(missing, !isActive && 'Put it into service first.'),
      delete: allowedUnless(missing, demanded),
    },
  };
}

export const getSignIn = defineEndpoint({
  method: 'GET',
  path: PATH,
  summary: 'Show the sign-in of an organization, without the client secret',
  tag: TAG,
  permission: 'sign-in:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: OrganizationSignIn,
}).inTransaction(async (tx, { access }, { origin }) =>
  present(origin, access, await providers.findIdentityProvider(tx)),
);

export const saveIdentityProvider = defineEndpoint({
  method: 'PUT',
  path: `${PATH}/identity-provider`,
  summary:
    'Set the OpenID Connect provider; its metadata is read first. Another issuer or client is a draft until tested',
  tag: TAG,
  permission: 'sign-in:write',
  audit: 'identity_provider.saved',
  params: OrganizationParams,
  body: z.object({
    issuer: text().min(1).max(500).meta({ description: 'https URL, exactly as the provider’s metadata has it.' }),
    clientId: text().min(1).max(500),
    clientSecret: text()
      .min(1)
      .max(2_000)
      .nullish()
      .meta({ description: 'Left out: stays. Null: a public client, with PKCE alone.' }),
  }),
  reply: OrganizationSignIn,
}).inOrganization(async (call, { database, vault, sso, origin }) => {
  const { actor } = requirePerson(call.caller, 'signInSettings');
  const { issuer, clientId, clientSecret } = call.body;
  await sso.checkIssuer(issuer);
  const secret = typeof clientSecret === 'string' ? new Secret(clientSecret) : clientSecret;
  const change = { actor, requestId: call.requestId };
  return database.withOrganization(scopeOf(call), async (tx) => {
    const input = { issuer, clientId, clientSecret: secret };
    return present(origin, call.access, await providers.saveIdentityProvider(tx, vault, change, input));
  });
});

export const activateIdentityProvider = defineEndpoint({
  method: 'POST',
  path: `${PATH}/identity-provider/activate`,
  summary: 'Put a tested provider into service',
  tag: TAG,
  permission: 'sign-in:write',
  audit: 'identity_provider.activated',
  params: OrganizationParams,
  reply: OrganizationSignIn,
}).inTransaction(async (tx, { caller, access, requestId }, { origin }) => {
  const { actor } = requirePerson(caller, 'signInSettings');
  return present(origin, access, await providers.setProviderState(tx, { actor, requestId }, 'active'));
});

export const deactivateIdentityProvider = defineEndpoint({
  method: 'POST',
  path: `${PATH}/identity-provider/deactivate`,
  summary: 'Take the provider out of service, with every session that it made',
  tag: TAG,
  permission: 'sign-in:write',
  audit: 'identity_provider.deactivated',
  params: OrganizationParams,
  reply: OrganizationSignIn,
}).inTransaction(async (tx, { caller, access, requestId }, { origin }) => {
  const { actor } = requirePerson(caller, 'signInSettings');
  return present(origin, access, await providers.setProviderState(tx, { actor, requestId }, 'draft'));
});

export const updateIdentityProvider = defineEndpoint({
  method: 'PATCH',
  path: `${PATH}/identity-provider`,
  summary: 'Demand that members sign in with the provider, or take its identity assertions (ID-JAG); or stop either',
  tag: TAG,
  permission: 'sign-in:write',
  audit: 'identity_provider.required',
  params: OrganizationParams,
  body: z
    .object({ required: z.boolean(), idJag: z.boolean() })
    .partial()
    .refine((body) => Object.keys(body).length > 0, 'names nothing to change'),
  reply: OrganizationSignIn,
}).inTransaction(async (tx, { caller, access, body, requestId }, { origin }) => {
  const { actor, session } = requirePerson(caller, 'signInSettings');
  // The owner who demands it has shown that it lets at least them in.
  if (body.required && session.organizationIds === null) throw new AppError('sso.sign_in_with_it_first');
  const change = { actor, requestId };
  if (body.required !== undefined) await providers.setProviderRequired(tx, change, body.required);
  if (body.idJag !== undefined) await providers.setProviderIdJag(tx, change, body.idJag);
  return present(origin, access, await providers.getIdentityProvider(tx));
});

export const deleteIdentityProvider = defineEndpoint({
  method: 'DELETE',
  path: `${PATH}/identity-provider`,
  summary: 'Remove the provider, with every session that it made; members stay',
  tag: TAG,
  permission: 'sign-in:write',
  audit: 'identity_provider.deleted',
  params: OrganizationParams,
}).inTransaction(async (tx, { caller, requestId }) => {
  const { actor } = requirePerson(caller, 'signInSettings');
  await providers.deleteIdentityProvider(tx, { actor, requestId });
  return undefined;
});
