import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';

/** The files of one upload, by relative path with forward slashes. In memory only: nothing of it touches our disk. */
export type SourceFiles = ReadonlyMap<string, Buffer>;

export const SOURCE_LIMITS = {
  packedBytesMax: DEPLOY_LIMITS.source.value,
  unpackedBytesMax: DEPLOY_LIMITS.sourceUnpacked.value,
  filesMax: DEPLOY_LIMITS.sourceFiles.value,
  /** Source compresses three- to tenfold; a bomb a thousandfold. */
  ratioMax: DEPLOY_LIMITS.sourceRatio.value,
  /** Small uploads may be as repetitive as they like. */
  ratioFreeBytes: DEPLOY_LIMITS.sourceRatioFree.value,
} as const;
