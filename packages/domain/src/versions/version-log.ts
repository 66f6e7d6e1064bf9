import type { Tx } from '../database/index.ts';
import type { Finding, VersionLogLine } from './version.ts';

/** Control characters are escaped here too (security.md S27); lines over 8 KiB are cut. */
export declare function appendLog(
  tx: Tx,
  versionId: string,
  lines: readonly Pick<VersionLogLine, 'step' | 'level' | 'text'>[],
): Promise<void>;
/** In order, after the sequence given (0n: from the start). */
export declare function listLog(
  tx: Tx,
  versionId: string,
  after: bigint,
  limit: number,
): Promise<readonly VersionLogLine[]>;
/** Replaces the version's findings, so that a repeated scan does not double them. */
export declare function recordFindings(
  tx: Tx,
  versionId: string,
  findings: readonly Omit<Finding, 'id'>[],
): Promise<void>;
export declare function listFindings(tx: Tx, versionId: string): Promise<readonly Finding[]>;
