import * as deployments from '@patchbay/domain/deployments';
import { getVersionByNumber } from '@patchbay/domain/versions';
import { integer, text } from '@patchbay/foundation';
import { z } from 'zod';
import { authenticationOf } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { actorNames, type NamedActor } from './actor-names.ts';
import { connectorOf } from './connector-parts.ts';
import { Actor, ConnectorParams, HoldReason, Instant, PageQuery, pageOf } from './parts.ts';

const TAG = 'Deployments';

export const Deployment = z
  .object({
    id: z.string(),
    versionId: z.string(),
    versionNumber: z.number().int(),
    state: z.enum(['active', 'held', 'superseded']),
    cause: z.enum(['deploy', 'activate', 'rollback']),
    reasons: z.array(HoldReason).meta({ description: 'Why it is held.' }),
    actor: Actor,
    createdAt: Instant,
  })
  .meta({ id: 'Deployment' });

function present(deployment: deployments.Deployment, nameActor: (actor: unknown) => NamedActor) {
  const superseded = deployment.state === 'active' && !deployment.live;
  return {
    id: deployment.id,
    versionId: deployment.versionId,
    versionNumber: deployment.versionNumber,
    state: superseded ? ('superseded' as const) : deployment.state,
    cause: deployment.cause,
    reasons: [...deployment.reasons],
    actor: nameActor(deployment.actor),
    createdAt: deployment.createdAt.toISOString(),
  };
}

export const listDeployments = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector/deployments',
  summary: 'List deployments, newest first',
  tag: TAG,
  permission: 'deployments:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: ConnectorParams,
  query: PageQuery,
  reply: pageOf(Deployment, 'DeploymentPage'),
}).inTransaction(async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const page = await deployments.listDeployments(tx, connector.id, call.query);
  const nameActor = await actorNames(
    tx,
    page.items.map(({ actor }) => actor),
  );
  return { items: page.items.map((deployment) => present(deployment, nameActor)), nextCursor: page.nextCursor };
});

export const activateVersion = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connectors/:connector/deployments',
  summary: 'Let a published version serve the connector from now on',
  tag: TAG,
  permission: 'deployments:write',
  audit: 'deployment.activated',
  params: ConnectorParams,
  body: z.object({ version: integer({ min: 1 }) }),
  reply: Deployment,
  status: 201,
  idempotent: true,
}).inTransaction(async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const version = await getVersionByNumber(tx, connector.id, call.body.version);
  const { deployment } = await deployments.activate(tx, call.caller.actor, {
    connectorId: connector.id,
    versionId: version.id,
    cause: 'activate',
    requestId: call.requestId,
  });
  return present(deployment, await actorNames(tx, [deployment.actor]));
});

export const resolveDeployment = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connectors/:connector/deployments/:deployment/resolve',
  summary: 'Answer for a held version: accept its reasons and ask again whether it may go live',
  tag: TAG,
  permission: 'deployments:approve',
  audit: 'deployment.resolved',
  params: ConnectorParams.extend({ deployment: text().min(1).max(64) }),
  reply: Deployment,
  status: 201,
  idempotent: true,
}).inTransaction(async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const { deployment } = await deployments.resolveHeld(tx, call.caller.actor, {
    connectorId: connector.id,
    deploymentId: call.params.deployment,
    authentication: authenticationOf(call.caller),
    permissions: call.access.permissions,
    requestId: call.requestId,
  });
  return present(deployment, await actorNames(tx, [deployment.actor]));
});

export const rollBack = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connectors/:connector/rollback',
  summary: 'Activate the version that served before; drops no call in flight',
  tag: TAG,
  permission: 'deployments:write',
  audit: 'deployment.rolled_back',
  params: ConnectorParams,
  reply: Deployment,
  status: 201,
  idempotent: true,
}).inTransaction(async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const { deployment } = await deployments.rollBack(tx, call.caller.actor, {
    connectorId: connector.id,
    requestId: call.requestId,
  });
  return present(deployment, await actorNames(tx, [deployment.actor]));
});
