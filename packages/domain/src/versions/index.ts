export type { Finding, Version, VersionFailure, VersionLogLine, VersionSnapshot, VersionStep } from './version.ts';
export { appendLog, listFindings, listLog, recordFindings } from './version-log.ts';
export { isFinal, mayMove, VERSION_MOVES, VERSION_STATES, type VersionState } from './version-moves.ts';
export {
  failStep,
  finishStep,
  listSteps,
  listWaits,
  startStep,
  suspendStep,
  type WaitCause,
} from './version-steps.ts';
export {
  getVersion,
  getVersionByNumber,
  keptDigests,
  leaseVersion,
  listVersions,
  moveVersion,
  type NewVersion,
  releaseVersion,
  setManifest,
  submitVersion,
  type VersionPatch,
} from './versions.ts';
