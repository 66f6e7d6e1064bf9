import type { IsolationKey } from '../calls/isolation-key.ts';
import type { ProviderRules } from './provider-rules.ts';

/**
 * The code and settings that a supervisor requests to start a sandbox. `artifact` is checked against the digest by the
 * supervisor.
 */
export interface Provision {
  readonly artifact: Uint8Array;
  readonly secrets: Readonly<Record<string, string>>;
  /** The providers whose credentials its calls may use. */
  readonly providers?: readonly ProviderRules[] | undefined;
  /** The version's snapshot, when it was asked for and is there. Checked against its digest as well. */
  readonly snapshot?: Uint8Array | undefined;
}

/** The inputs of a supervisor to start a sandbox of this key. */
export interface ProvisionRequest {
  readonly key: IsolationKey;
  readonly artifactDigest: string;
  /** Present when the supervisor can resume from this snapshot and does not have it. */
  readonly snapshotDigest?: string | undefined;
}
