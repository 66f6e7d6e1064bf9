/** Service accounts: accounts of the organization for programs, which act with API keys of their own. */

import type { Tx } from '@patchbay/domain';
import * as serviceAccounts from '@patchbay/domain/service-accounts';
import { idOf } from '@patchbay/foundation';
import { z } from 'zod';
import { requirePerson } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { actorNames } from './actor-names.ts';
import { Actor, DisplayName, Instant, OrganizationParams, pageOf } from './parts.ts';

const TAG = 'Service accounts';

export const ServiceAccount = z
  .object({
    id: z.string(),
    name: z.string(),
    responsible: Actor.nullable().meta({
      description:
        'The member whose present role bounds what its keys may do. Its name is null once they left: the keys open nothing until another member enables the account.',
    }),
    disabledAt: Instant.nullable(),
    createdAt: Instant,
  })
  .meta({ id: 'ServiceAccount' });

async function presenter(tx: Tx) {
  const nameActor = await actorNames(tx, []);
  return ({ id, name, responsiblePersonId, disabledAt, createdAt }: serviceAccounts.ServiceAccount) => ({
    id,
    name,
    responsible: responsiblePersonId === null ? null : nameActor({ kind: 'person', personId: responsiblePersonId }),
    disabledAt: disabledAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  });
}

async function present(tx: Tx, account: serviceAccounts.ServiceAccount) {
  return (await presenter(tx))(account);
}

export const listServiceAccounts = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/service-accounts',
  summary: 'List service accounts, by name, disabled ones too',
  tag: TAG,
  permission: 'service-accounts:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: pageOf(ServiceAccount, 'ServiceAccountPage'),
}).inTransaction(async (tx) => {
  const show = await presenter(tx);
  return { items: (await serviceAccounts.listServiceAccounts(tx)).map(show), nextCursor: null };
});

export const createServiceAccount = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/service-accounts',
  summary: 'Create a service account without keys; the caller is responsible for it. At most 100 in an organization',
  tag: TAG,
  permission: 'service-accounts:write',
  audit: 'service_account.created',
  params: OrganizationParams,
  body: z.object({ name: DisplayName }),
  reply: ServiceAccount,
  status: 201,
  idempotent: true,
}).inTransaction(async (tx, { body, caller, requestId }) => {
  // An account without keys opens nothing, so a program may make one for its person.
  const { actor } = caller.kind === 'token' ? caller : requirePerson(caller, 'apiKeys');
  return present(tx, await serviceAccounts.createServiceAccount(tx, actor, { name: body.name, requestId }));
});

export const updateServiceAccount = defineEndpoint({
  method: 'PATCH',
  path: '/organizations/:organization/service-accounts/:serviceAccount',
  summary: 'Disable a service account, or enable it and become responsible for it; its keys follow within a second',
  tag: TAG,
  permission: 'service-accounts:write',
  audit: 'service_account.disabled',
  params: OrganizationParams.extend({ serviceAccount: idOf('serviceAccount') }),
  body: z.object({
    disabled: z.boolean().meta({ description: 'False also takes an account over from a member who left.' }),
  }),
  reply: ServiceAccount,
}).inTransaction(async (tx, { params, body, caller, requestId }) => {
  const change = { id: params.serviceAccount, requestId };
  if (body.disabled) return present(tx, await serviceAccounts.disableServiceAccount(tx, caller.actor, change));
  // A person alone gives access back to a program.
  const { actor } = requirePerson(caller, 'apiKeys');
  return present(tx, await serviceAccounts.enableServiceAccount(tx, actor, change));
});
