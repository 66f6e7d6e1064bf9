import { activate, type Deployment, listDeployments, resolveHeld, rollBack } from '@patchbay/domain/deployments';
import { getVersionByNumber } from '@patchbay/domain/versions';
import { authenticationOf } from '../caller.ts';
import * as endpoints from '../endpoints/deployments.ts';
import { handleInTransaction } from '../handler.ts';
import { actorNames, type NamedActor } from './actor-names.ts';
import { connectorOf } from './connectors.ts';

function present(deployment: Deployment, nameActor: (actor: unknown) => NamedActor) {
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

export const list = handleInTransaction(endpoints.listDeployments, async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const page = await listDeployments(tx, connector.id, call.query);
  const nameActor = await actorNames(
    tx,
    page.items.map(({ actor }) => actor),
  );
  return { items: page.items.map((deployment) => present(deployment, nameActor)), nextCursor: page.nextCursor };
});

export const activateVersion = handleInTransaction(endpoints.activateVersion, async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const version = await getVersionByNumber(tx, connector.id, call.body.version);
  const { deployment } = await activate(tx, call.caller.actor, {
    connectorId: connector.id,
    versionId: version.id,
    cause: 'activate',
    requestId: call.requestId,
  });
  return present(deployment, await actorNames(tx, [deployment.actor]));
});

export const resolveDeployment = handleInTransaction(endpoints.resolveDeployment, async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const { deployment } = await resolveHeld(tx, call.caller.actor, {
    connectorId: connector.id,
    deploymentId: call.params.deployment,
    authentication: authenticationOf(call.caller),
    permissions: call.access.permissions,
    requestId: call.requestId,
  });
  return present(deployment, await actorNames(tx, [deployment.actor]));
});

export const rollBackConnector = handleInTransaction(endpoints.rollBack, async (tx, call) => {
  const connector = await connectorOf(tx, call);
  const { deployment } = await rollBack(tx, call.caller.actor, {
    connectorId: connector.id,
    requestId: call.requestId,
  });
  return present(deployment, await actorNames(tx, [deployment.actor]));
});
