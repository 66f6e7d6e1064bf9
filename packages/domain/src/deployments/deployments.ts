import { AppError, newId, type Page, type PageRequest } from '@patchbay/foundation';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import { type Connector, lockConnector } from '../connectors/index.ts';
import { NEWEST_FIRST, olderThan, type Tx, toPage } from '../database/index.ts';
import { recordLiveNames } from '../joined-names/index.ts';
import type { Permission } from '../organizations/index.ts';
import { getVersion } from '../versions/index.ts';
import { askGates } from './ask-gates.ts';
import { type Authentication, refusalToResolve } from './decide-held.ts';
import { type Deployment, type DeploymentState, type HoldReason, toDeployment, WITH_NUMBER } from './deployment.ts';
import { ACTIVATION_GATES, type ActivationGate, type DeploymentCause, ROLLBACK_GATES } from './gates.ts';

export interface Activation {
  readonly deployment: Deployment;
  readonly state: DeploymentState;
  readonly reasons: readonly HoldReason[];
}

export interface ActivateInput {
  readonly connectorId: string;
  readonly versionId: string;
  readonly cause: DeploymentCause;
  readonly requestId?: string | undefined;
  /** Codes of the reasons the actor accepts; only `resolveHeld` has any. */
  readonly acceptances?: readonly string[] | undefined;
  /** Defaults to ACTIVATION_GATES. */
  readonly gates?: readonly ActivationGate[] | undefined;
}

/**
 * The one way a version goes live, or is held with reasons. A version that is live already stays so, without a new
 * record: a worker may ask again after a crash.
 *
 * @throws AppError `deployments.version_not_published`, `connectors.not_found`, `versions.not_found`
 */
export async function activate(tx: Tx, actor: Actor, input: ActivateInput): Promise<Activation> {
  // Locked first: of two activations at once the later one wins, and both are in the history.
  const connector = await lockConnector(tx, input.connectorId);
  const version = await getVersion(tx, input.versionId);
  if (version.connectorId !== connector.id) throw new AppError('versions.not_found');
  if (version.state !== 'published') {
    throw new AppError('deployments.version_not_published', { data: { state: version.state } });
  }
  if (connector.liveVersionId === version.id && connector.liveDeploymentId !== null) {
    return toActivation(await getDeployment(tx, connector.liveDeploymentId));
  }
  const { cause, acceptances = [], gates = ACTIVATION_GATES } = input;
  const reasons = await askGates(tx, gates, { connector, version, actor, cause, acceptances });
  return append(tx, actor, connector, {
    versionId: version.id,
    previousId: connector.liveDeploymentId,
    cause: input.cause,
    reasons,
    requestId: input.requestId,
  });
}

export interface RollBackInput {
  readonly connectorId: string;
  /** The version the caller believes is live; the roll back is refused when another one is. */
  readonly from?: string | undefined;
  readonly requestId?: string | undefined;
}

/**
 * Back to the version that was live before the present one.
 *
 * @throws AppError `deployments.nothing_to_roll_back`, `deployments.live_changed`
 */
export async function rollBack(tx: Tx, actor: Actor, input: RollBackInput): Promise<Activation> {
  // Locked first: two roll backs at once would otherwise both leave from the same deployment.
  const connector = await lockConnector(tx, input.connectorId);
  if (connector.liveDeploymentId === null) throw new AppError('deployments.nothing_to_roll_back');
  if (input.from !== undefined && input.from !== connector.liveVersionId)
    throw new AppError('deployments.live_changed');
  const live = await tx.prisma.deployment.findUniqueOrThrow({
    where: { organizationId_id: { ...tx.scope, id: connector.liveDeploymentId } },
    include: { previous: true },
  });
  if (live.previous === null) throw new AppError('deployments.nothing_to_roll_back');
  const version = await getVersion(tx, live.previous.versionId);
  const question = { connector, version, actor, cause: 'rollback', acceptances: [] } as const;
  const reasons = await askGates(tx, ROLLBACK_GATES, question);
  return append(tx, actor, connector, {
    versionId: version.id,
    // The version before the rollback's target: the next rollback goes further back, never forth and back.
    previousId: live.previous.previousId,
    cause: 'rollback',
    reasons,
    requestId: input.requestId,
  });
}

export interface ResolveInput {
  readonly connectorId: string;
  readonly deploymentId: string;
  readonly authentication: Authentication;
  /** Permissions of the actor. */
  readonly permissions: ReadonlySet<Permission>;
  readonly requestId?: string | undefined;
  /** Defaults to ACTIVATION_GATES. */
  readonly gates?: readonly ActivationGate[] | undefined;
}

/**
 * A person resolves a held version: the gates are evaluated again with the reasons that the person accepts. Remaining
 * reasons hold it again, as a new record.
 *
 * @throws AppError `deployments.not_found`, and the refusals of `refusalToResolve` and `activate`
 */
export async function resolveHeld(tx: Tx, actor: Actor, input: ResolveInput): Promise<Activation> {
  const { connectorId, deploymentId, authentication, permissions, requestId, gates } = input;
  // Locked first: of two people who answer at once, the second finds a newer deployment.
  await lockConnector(tx, connectorId);
  const deployment = await findDeployment(tx, connectorId, deploymentId);
  if (!deployment) throw new AppError('deployments.not_found');
  const newest = await tx.prisma.deployment.findFirst({
    where: { ...tx.scope, connectorId },
    orderBy: NEWEST_FIRST,
    select: { id: true },
  });
  const newestId = newest?.id ?? deploymentId;
  const refusal = refusalToResolve({ authentication, permissions, deployment, newestId });
  if (refusal) throw refusal;
  const acceptances = deployment.reasons.map(({ code }) => code);
  await record(tx, {
    actor,
    action: 'deployment.resolved',
    target: { type: 'connector', id: connectorId },
    after: { deploymentId, versionId: deployment.versionId, accepted: acceptances },
    requestId,
  });
  return activate(tx, actor, {
    connectorId,
    versionId: deployment.versionId,
    cause: 'activate',
    requestId,
    acceptances,
    gates,
  });
}

async function findDeployment(tx: Tx, connectorId: string, id: string): Promise<Deployment | null> {
  const row = await tx.prisma.deployment.findFirst({ where: { ...tx.scope, connectorId, id }, include: WITH_NUMBER });
  return row === null ? null : toDeployment(row);
}

interface NewDeployment {
  readonly versionId: string;
  readonly previousId: string | null;
  readonly cause: DeploymentCause;
  readonly reasons: readonly HoldReason[];
  readonly requestId: string | undefined;
}

async function append(tx: Tx, actor: Actor, connector: Connector, input: NewDeployment): Promise<Activation> {
  const id = newId('deployment');
  const state: DeploymentState = input.reasons.length === 0 ? 'active' : 'held';
  await tx.prisma.deployment.create({
    data: {
      ...tx.scope,
      id,
      connectorId: connector.id,
      versionId: input.versionId,
      previousId: input.previousId,
      state,
      reasons: input.reasons.map(({ code, reason }) => ({ code, reason })),
      cause: input.cause,
      actor: { ...actor },
    },
  });
  if (state === 'active') {
    await tx.prisma.connector.update({
      where: { organizationId_id: { ...tx.scope, id: connector.id } },
      data: { liveDeploymentId: id, updatedAt: new Date() },
    });
    await recordLiveNames(tx, connector.id);
    await emitChange(tx, { kind: 'connector', id: connector.id });
  }
  await emitChange(tx, { kind: 'version', id: input.versionId });
  await record(tx, {
    actor,
    action: state === 'held' ? 'deployment.held' : actionOf(input.cause),
    target: { type: 'connector', id: connector.id },
    before: { versionId: connector.liveVersionId },
    after: { versionId: input.versionId, deploymentId: id, reasons: input.reasons },
    requestId: input.requestId,
  });
  return toActivation(await getDeployment(tx, id));
}

function actionOf(cause: DeploymentCause) {
  return cause === 'rollback' ? 'deployment.rolled_back' : 'deployment.activated';
}

async function getDeployment(tx: Tx, id: string): Promise<Deployment> {
  const row = await tx.prisma.deployment.findUniqueOrThrow({
    where: { organizationId_id: { ...tx.scope, id } },
    include: WITH_NUMBER,
  });
  return toDeployment(row);
}

function toActivation(deployment: Deployment): Activation {
  return { deployment, state: deployment.state, reasons: deployment.reasons };
}

/** Newest first. */
export async function listDeployments(tx: Tx, connectorId: string, page: PageRequest): Promise<Page<Deployment>> {
  const rows = await tx.prisma.deployment.findMany({
    where: { ...tx.scope, connectorId, ...olderThan(page.cursor) },
    include: WITH_NUMBER,
    orderBy: NEWEST_FIRST,
    take: page.limit + 1,
  });
  return toPage(rows, page.limit, toDeployment, (row) => ({ at: row.createdAt, id: row.id }));
}
