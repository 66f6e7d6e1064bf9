import type { Page, PageRequest } from '@patchbay/foundation';
import type { Actor } from '../audit/index.ts';
import type { Tx } from '../database/index.ts';
import type { Version, VersionFailure } from './version.ts';
import type { VersionState } from './version-moves.ts';

export interface NewVersion {
  readonly connectorId: string;
  readonly sourceDigest: string;
  readonly typecheck: boolean;
  readonly activate: boolean;
  readonly requestId?: string | undefined;
}

/** A new version in state `received`, with the next number of its connector. The caller wakes the worker after commit. */
export declare function submitVersion(tx: Tx, actor: Actor, input: NewVersion): Promise<Version>;
/** By id. @throws AppError `versions.not_found` */
export declare function getVersion(tx: Tx, id: string): Promise<Version>;
/** @throws AppError `versions.not_found` */
export declare function getVersionByNumber(tx: Tx, connectorId: string, number: number): Promise<Version>;
/** Newest first. */
export declare function listVersions(tx: Tx, connectorId: string, page: PageRequest): Promise<Page<Version>>;

export interface VersionPatch {
  readonly artifactDigest?: string;
  readonly lockfileDigest?: string;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly failure?: VersionFailure;
}

/**
 * Compare-and-swap: moves a version that is in `from` to `to`, with what the step produced. Records audit on final states.
 *
 * @throws AppError `versions.illegal_move`, `versions.moved_meanwhile` (another worker was first)
 */
export declare function moveVersion(
  tx: Tx,
  id: string,
  move: { readonly from: VersionState; readonly to: VersionState },
  patch?: VersionPatch,
): Promise<Version>;
/** Kept with the version from the probing step on. Immutable once published. */
export declare function setManifest(tx: Tx, id: string, manifest: Readonly<Record<string, unknown>>): Promise<void>;
/** Takes or renews the right to work on a version; false when another living worker has it. */
export declare function leaseVersion(
  tx: Tx,
  id: string,
  lease: { readonly holder: string; readonly seconds: number },
): Promise<boolean>;
export declare function releaseVersion(tx: Tx, id: string, holder: string): Promise<void>;
