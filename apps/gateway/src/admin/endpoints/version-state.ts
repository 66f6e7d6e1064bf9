import type { Connector } from '@patchbay/domain/connectors';
import type { Deployment, HoldReason } from '@patchbay/domain/deployments';
import type { Version, VersionState, WaitCause } from '@patchbay/domain/versions';
import { asSentence } from '@patchbay/foundation';

export interface ShownState {
  readonly state: VersionState | 'active' | 'held';
  readonly reasons: readonly HoldReason[];
}

/** The newest deployment of each version; the list comes newest first. */
export function deploymentsByVersion(deployments: readonly Deployment[]): ReadonlyMap<string, Deployment> {
  const newest = new Map<string, Deployment>();
  for (const deployment of deployments) {
    if (!newest.has(deployment.versionId)) newest.set(deployment.versionId, deployment);
  }
  return newest;
}

/**
 * The state shown to people: a published version that is live is `active`, one whose activation waits is `held`. A deploy
 * that waits for the platform keeps the state of its step, with the reason. Pure.
 */
export function shownState(
  version: Pick<Version, 'id' | 'state'>,
  connector: Pick<Connector, 'liveVersionId'>,
  newest: ReadonlyMap<string, Deployment>,
  wait?: WaitCause,
): ShownState {
  if (version.state !== 'published') return { state: version.state, reasons: wait ? [reasonOf(wait)] : [] };
  if (connector.liveVersionId === version.id) return { state: 'active', reasons: [] };
  const deployment = newest.get(version.id);
  if (deployment?.state === 'held') return { state: 'held', reasons: deployment.reasons };
  return { state: 'published', reasons: [] };
}

function reasonOf({ code, detail }: WaitCause): HoldReason {
  return { code, reason: `${asSentence(detail)} The deploy continues automatically, for up to an hour.` };
}
