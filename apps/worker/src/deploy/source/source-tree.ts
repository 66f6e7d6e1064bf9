/** The files of one upload, by relative path with forward slashes. In memory only: nothing of it touches our disk. */
export type SourceFiles = ReadonlyMap<string, Buffer>;

export const SOURCE_LIMITS = {
  packedBytesMax: 10 * 1024 * 1024,
  unpackedBytesMax: 50 * 1024 * 1024,
  filesMax: 4096,
  /** Source compresses three- to tenfold; a bomb a thousandfold. */
  ratioMax: 120,
  /** Small uploads may be as repetitive as they like. */
  ratioFreeBytes: 4 * 1024 * 1024,
} as const;
