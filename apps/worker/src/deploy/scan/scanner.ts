import type { Finding } from '@patchbay/domain/versions';
import type { Manifest } from '../manifest/check-manifest.ts';

export type NewFinding = Omit<Finding, 'id'>;

/** The input of scanners. All of it is untrusted. */
export interface Scanned {
  readonly manifest: Manifest;
  /** The bundle's code. */
  readonly code: string;
  /** `name@version` of packages published a short time ago. */
  readonly youngPackages: readonly string[];
  /** Packages in the bundle whose install scripts were not run. */
  readonly scriptedPackages: readonly string[];
  /** Why the version has no startup snapshot although it would help. */
  readonly snapshotNotTaken: { readonly reason: string; readonly place: string } | null;
  /** Whether the connector's settings allow dynamic code evaluation (`eval`). */
  readonly codeGenerationAllowed: boolean;
  /** Fields of the manifest that differ between two starts. */
  readonly unstable: readonly string[];
}

/** Pure: checks one aspect and returns its findings. */
export type Scanner = (scanned: Scanned) => readonly NewFinding[];
