import { integer, text } from '@patchbay/foundation';
import { z } from 'zod';
import { defineEndpoint } from '../define-endpoint.ts';
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
});
