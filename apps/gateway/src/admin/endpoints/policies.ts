/** Policies: which calls of tools run, wait for an approval, or are blocked. */

import * as connectors from '@patchbay/domain/connectors';
import * as policies from '@patchbay/domain/policies';
import { idOf, integer } from '@patchbay/foundation';
import { ACCOUNT_LIMITS } from '@patchbay/foundation/limits';
import { describeConditions, describeEffect, EFFECTS } from '@patchbay/policy';
import { z } from 'zod';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { DisplayName, Instant, OrganizationParams, PageQuery, pageOf } from './parts.ts';

const TAG = 'Policies';
const PolicyParams = OrganizationParams.extend({ policy: idOf('policy') });

const Effect = z.enum(EFFECTS).meta({ id: 'Effect' });

export const PolicyText = z
  .object({ name: DisplayName, effect: Effect, when: policies.policyConditions })
  .meta({ id: 'PolicyText' });

const Revision = integer({ min: 0 })
  .optional()
  .meta({ description: 'The revision that the change was made for: refused when there is a later one.' });

export const Policy = z
  .object({
    id: z.string(),
    name: z.string(),
    effect: Effect,
    when: policies.policyConditions,
    summary: z.string().meta({ description: 'The policy in words: “blocks calls of tools named delete_*”.' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Policy' });

export const PolicySet = z
  .object({
    revision: z.number().meta({ description: 'Grows with every change.' }),
    items: z.array(Policy),
  })
  .meta({ id: 'PolicySet' });

export function presentPolicy({ createdAt, updatedAt, ...policy }: policies.Policy) {
  return {
    ...policy,
    when: policies.policyConditions.parse(policy.when),
    summary: `${describeEffect(policy.effect)} ${describeConditions(policy.when)}`,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function presentSet({ revision, policies: items }: policies.Policies) {
  return { revision, items: items.map(presentPolicy) };
}

export const listPolicies = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/policies',
  summary: 'List the policies with their revision, by name',
  tag: TAG,
  permission: 'policies:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: PolicySet,
}).inTransaction(async (tx) => presentSet(await policies.listPolicies(tx)));

export const createPolicy = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/policies',
  summary: 'Create a policy; at most 200 in an organization',
  tag: TAG,
  permission: 'policies:write',
  audit: 'policy.created',
  params: OrganizationParams,
  body: PolicyText.extend({ revision: Revision }).meta({ id: 'NewPolicy' }),
  reply: Policy,
  status: 201,
  idempotent: true,
}).inTransaction(async (tx, { body, caller, requestId }) =>
  presentPolicy(await policies.createPolicy(tx, caller.actor, { ...body, requestId })),
);

export const updatePolicy = defineEndpoint({
  method: 'PUT',
  path: '/organizations/:organization/policies/:policy',
  summary: 'Replace name, effect and conditions of a policy; its id stays',
  tag: TAG,
  permission: 'policies:write',
  audit: 'policy.updated',
  params: PolicyParams,
  body: PolicyText.extend({ revision: Revision }).meta({ id: 'ChangedPolicy' }),
  reply: Policy,
}).inTransaction(async (tx, { params, body, caller, requestId }) =>
  presentPolicy(await policies.updatePolicy(tx, caller.actor, { ...body, id: params.policy, requestId })),
);

export const deletePolicy = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/policies/:policy',
  summary: 'Delete a policy',
  tag: TAG,
  permission: 'policies:write',
  audit: 'policy.deleted',
  params: PolicyParams,
}).inTransaction(async (tx, { params, caller, requestId }) => {
  await policies.deletePolicy(tx, caller.actor, { id: params.policy, requestId });
  return undefined;
});

export const replacePolicies = defineEndpoint({
  method: 'PUT',
  path: '/organizations/:organization/policies',
  summary: 'Make these the policies of the organization; those of the same name keep their ids',
  tag: TAG,
  permission: 'policies:write',
  audit: 'policy.updated',
  params: OrganizationParams,
  body: z.object({ policies: z.array(PolicyText).max(ACCOUNT_LIMITS.policies.value), revision: Revision }),
  reply: PolicySet,
}).inTransaction(async (tx, { body, caller, requestId }) =>
  presentSet(await policies.replacePolicies(tx, caller.actor, { ...body, requestId })),
);

const Tool = z.object({
  tool: z.string(),
  annotations: z
    .object({ readOnlyHint: z.boolean().optional(), destructiveHint: z.boolean().optional() })
    .meta({ description: 'As declared; what is not declared is absent.' }),
  interactive: z.boolean().meta({ description: 'Whether the tool has a page of its own.' }),
});

const ConnectorTools = z
  .object({ id: z.string(), slug: z.string(), tools: z.array(Tool) })
  .meta({ id: 'ConnectorTools' });

export const listTools = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/tools',
  summary: 'List connectors, newest first, with the tools of their live versions as policies know them',
  tag: TAG,
  permission: 'policies:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  query: PageQuery,
  reply: pageOf(ConnectorTools, 'ConnectorToolsPage'),
}).inTransaction(async (tx, { query, access }) => {
  const page = await connectors.listConnectors(tx, query);
  const tools = await policies.listLiveTools(
    tx,
    page.items.map(({ id }) => id),
  );
  const items = page.items
    .filter(({ id }) => access.connectorIds === null || access.connectorIds.has(id))
    .map(({ id, slug }) => ({ id, slug, tools: [...(tools.get(id) ?? [])] }));
  return { items, nextCursor: page.nextCursor };
});
