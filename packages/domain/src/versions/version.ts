import type { Actor } from '../audit/index.ts';
import type { Version as VersionRow } from '../generated/client.ts';
import type { VersionState } from './version-moves.ts';

/** Why a version ended as failed or rejected; the code has a page in docs/errors. */
export interface VersionFailure {
  readonly code: string;
  readonly detail: string;
  /** The step that failed. */
  readonly step: string;
  readonly data?: unknown;
}

/** The startup snapshot of a version; see the sandbox package. */
export interface VersionSnapshot {
  /** Its key in the artifact store. */
  readonly digest: string;
  /** The runner and the Node binary it belongs to. */
  readonly image: string;
}

export interface Version {
  readonly id: string;
  readonly connectorId: string;
  /** 1, 2, 3 … per connector, never reused. */
  readonly number: number;
  readonly state: VersionState;
  /** Digest of the source in the artifact store: `sha256:…`. */
  readonly sourceDigest: string;
  readonly typecheck: boolean;
  /** Activate as soon as it is published. */
  readonly activate: boolean;
  readonly artifactDigest: string | null;
  readonly lockfileDigest: string | null;
  /** Null where the version loads plainly. */
  readonly snapshot: VersionSnapshot | null;
  readonly manifest: Readonly<Record<string, unknown>> | null;
  readonly failure: VersionFailure | null;
  readonly submittedBy: Actor;
  readonly requestId: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

export interface VersionStep {
  readonly name: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly attempt: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  /** The result of the step, so that a resumed deploy need not run it again. */
  readonly output: unknown;
  readonly error: unknown;
}

export interface VersionLogLine {
  readonly sequence: bigint;
  readonly at: Date;
  readonly step: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
}

export interface Finding {
  readonly id: string;
  readonly rule: string;
  readonly severity: 'info' | 'warning' | 'error';
  /** The tool, prompt, resource or file it is about; empty for the whole version. */
  readonly subject: string;
  readonly message: string;
  readonly hint: string;
}

export function toVersion(row: VersionRow): Version {
  return {
    id: row.id,
    connectorId: row.connectorId,
    number: row.number,
    state: row.state as VersionState, // by the table's check constraint
    sourceDigest: row.sourceDigest,
    typecheck: row.typecheck,
    activate: row.activate,
    artifactDigest: row.artifactDigest,
    lockfileDigest: row.lockfileDigest,
    snapshot:
      row.snapshotDigest === null || row.snapshotImage === null
        ? null
        : { digest: row.snapshotDigest, image: row.snapshotImage },
    manifest: row.manifest as Version['manifest'], // written by `moveVersion` and `setManifest` only
    failure: row.failure as VersionFailure | null, // written by `moveVersion` only
    submittedBy: row.submittedBy as Actor, // written by `submitVersion` only
    requestId: row.requestId,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
  };
}
