import type { Connector as ConnectorRow } from '../generated/client.ts';
import type { Demands } from './demands.ts';

/** How callers authenticate: by an access token or an API key, by an API key alone, or not at all. */
export const AUTH_MODES = ['oauth', 'api_key', 'none'] as const;
export type AuthMode = (typeof AUTH_MODES)[number];

export interface Connector {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly authMode: AuthMode;
  /** Grows with every change of secrets or settings; part of the isolation key. */
  readonly settingsRevision: number;
  /** Whether its code may use dynamic code evaluation (`eval`), which its sandboxes refuse otherwise. */
  readonly codeGeneration: boolean;
  readonly demands: Demands;
  /** The time when an owner or admin confirmed public access to the connector. Null for one that requires a key. */
  readonly openConfirmedAt: Date | null;
  readonly liveDeploymentId: string | null;
  readonly liveVersionId: string | null;
  readonly liveVersionNumber: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Set while it is out of service and can be restored. */
  readonly deletedAt: Date | null;
  readonly purgeAfter: Date | null;
}

export const WITH_LIVE_VERSION = {
  liveDeployment: { select: { versionId: true, version: { select: { number: true } } } },
} as const;

export function toConnector(
  row: ConnectorRow & { liveDeployment: { versionId: string; version: { number: number } } | null },
): Connector {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    authMode: row.authMode as AuthMode, // by the table's check constraint
    settingsRevision: row.settingsRevision,
    codeGeneration: row.codeGeneration,
    demands: {
      secondFactor: row.demandSecondFactor,
      signInMinutes: row.demandSignInMinutes,
      exemptKeys: row.demandExemptKeys,
    },
    openConfirmedAt: row.openConfirmedAt,
    liveDeploymentId: row.liveDeploymentId,
    liveVersionId: row.liveDeployment?.versionId ?? null,
    liveVersionNumber: row.liveDeployment?.version.number ?? null,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    deletedAt: row.deletedAt,
    purgeAfter: row.purgeAfter,
  };
}
