import type { Page, PageRequest } from '@patchbay/foundation';
import type { Actor } from '../audit/index.ts';
import type { Tx } from '../database/index.ts';
import type { ActivationGate, DeploymentCause } from './gates.ts';

export type DeploymentState = 'active' | 'held';

export interface HoldReason {
  readonly code: string;
  readonly reason: string;
}

/** Append-only: this version serves this connector from now on (or was held, and why). */
export interface Deployment {
  readonly id: string;
  readonly connectorId: string;
  readonly versionId: string;
  readonly versionNumber: number;
  readonly state: DeploymentState;
  readonly reasons: readonly HoldReason[];
  readonly cause: DeploymentCause;
  readonly actor: Actor;
  readonly createdAt: Date;
  /** Whether this record is the one in force. */
  readonly live: boolean;
}

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
  /** Defaults to ACTIVATION_GATES. */
  readonly gates?: readonly ActivationGate[];
}

/** The one way a version goes live. @throws AppError `deployments.version_not_published`, `connectors.not_found` … */
export declare function activate(tx: Tx, actor: Actor, input: ActivateInput): Promise<Activation>;
/** Back to the version that was live before the present one. @throws AppError `deployments.nothing_to_roll_back` */
export declare function rollBack(
  tx: Tx,
  actor: Actor,
  input: { readonly connectorId: string; readonly requestId?: string | undefined },
): Promise<Activation>;
/** Newest first. */
export declare function listDeployments(tx: Tx, connectorId: string, page: PageRequest): Promise<Page<Deployment>>;
