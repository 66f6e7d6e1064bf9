import type { Actor } from '../audit/index.ts';
import type { Deployment as DeploymentRow } from '../generated/client.ts';
import type { DeploymentCause } from './gates.ts';

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
  /** Whether this record is in force. */
  readonly live: boolean;
}

export const WITH_NUMBER = {
  version: { select: { number: true } },
  connector: { select: { liveDeploymentId: true } },
} as const;

export function toDeployment(
  row: DeploymentRow & { version: { number: number }; connector: { liveDeploymentId: string | null } },
): Deployment {
  return {
    id: row.id,
    connectorId: row.connectorId,
    versionId: row.versionId,
    versionNumber: row.version.number,
    state: row.state as DeploymentState, // by the table's check constraint
    reasons: row.reasons as unknown as HoldReason[], // written by `activate` and `rollBack` only
    cause: row.cause as DeploymentCause, // likewise
    actor: row.actor as Actor, // likewise
    createdAt: row.createdAt,
    live: row.connector.liveDeploymentId === row.id,
  };
}
