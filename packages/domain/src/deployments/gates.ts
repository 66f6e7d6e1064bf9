import type { Actor } from '../audit/index.ts';
import type { Connector } from '../connectors/index.ts';
import type { Version } from '../versions/index.ts';

export interface GateQuestion {
  readonly connector: Connector;
  readonly version: Version;
  readonly actor: Actor;
  readonly cause: DeploymentCause;
}

/** `deploy`: asked for with the upload; `activate`: by hand; `rollback`: back to the version before. */
export type DeploymentCause = 'deploy' | 'activate' | 'rollback';

/** Pure. A reason why the version may not go live yet, for people; null lets it pass. */
export type ActivationGate = (question: GateQuestion) => { readonly code: string; readonly reason: string } | null;

/** Asked in order; every reason is kept. Governance and authorization add theirs. */
export const ACTIVATION_GATES: readonly ActivationGate[] = [];
