/** Grants of a person to programs at this API: the command line, and clients that owners made for it. */

import { adminScopeText, getOrganization, isAdminScope } from '@patchbay/domain/organizations';
import { AppError, idOf } from '@patchbay/foundation';
import { z } from 'zod';
import type { AccountGrant as Grant } from '../../oauth/index.ts';
import { requirePerson } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import type { AdminDeps } from '../definition/endpoint.ts';
import { Instant, pageOf } from './parts.ts';

const TAG = 'Account';
const OF_THE_PERSON = 'it belongs to the person, and to no organization with an audit log';

export const AccountGrant = z
  .object({
    id: z.string(),
    client: z.object({ id: z.string(), name: z.string() }),
    scopes: z.array(z.object({ name: z.string(), text: z.string().meta({ description: 'In words for people.' }) })),
    organizations: z
      .array(z.string())
      .meta({ description: 'Names of the organizations that it is limited to; empty means every one of the person.' }),
    byDeviceCode: z.boolean().meta({ description: 'Given with a code that was typed; it ends with its one token.' }),
    address: z.string().nullable().meta({ description: 'From where it was asked for.' }),
    createdAt: Instant,
    expiresAt: Instant,
    lastUsedAt: Instant.nullable(),
  })
  .meta({ id: 'AccountGrant' });

async function present(grant: Grant, { database }: AdminDeps) {
  const limit = await Promise.all(
    grant.organizationIds.map((organizationId) => database.withOrganization({ organizationId }, getOrganization)),
  );
  return {
    id: grant.id,
    client: { id: grant.clientId, name: grant.clientName },
    scopes: grant.scopes.filter(isAdminScope).map((name) => ({ name, text: adminScopeText(name) })),
    organizations: limit.map(({ name }) => name),
    byDeviceCode: grant.byDeviceCode,
    address: grant.clientAddress,
    createdAt: grant.createdAt.toISOString(),
    expiresAt: grant.expiresAt.toISOString(),
    lastUsedAt: grant.lastUsedAt?.toISOString() ?? null,
  };
}

export const listAccountGrants = defineEndpoint({
  method: 'GET',
  path: '/me/grants',
  summary: 'List the programs that may administer for the signed-in person, newest first',
  tag: TAG,
  permission: { none: 'lists only what the person allowed' },
  audit: { none: 'a read of the caller’s own record' },
  params: z.object({}),
  reply: pageOf(AccountGrant, 'AccountGrantPage'),
}).personal(async ({ caller }, deps) => {
  const { person } = requirePerson(caller, 'account');
  const grants = await deps.oauth.accountGrants.list(person.id, deps.clock.now());
  return { items: await Promise.all(grants.map((grant) => present(grant, deps))), nextCursor: null };
});

export const endAccountGrant = defineEndpoint({
  method: 'DELETE',
  path: '/me/grants/:grant',
  summary: 'End what a program may do for the signed-in person, at once',
  tag: TAG,
  permission: { none: 'ends only what the person allowed' },
  audit: { none: OF_THE_PERSON },
  params: z.object({ grant: idOf('accountGrant') }),
}).personal(async ({ caller, params }, { oauth }) => {
  // A program that signs out ends its own grant, and no other.
  const isOwn = caller.kind === 'token' && caller.grant.id === params.grant;
  const { person } = isOwn ? caller : requirePerson(caller, 'account');
  if (!(await oauth.accountGrants.end(person.id, params.grant))) throw new AppError('grants.not_found');
  return undefined;
});
