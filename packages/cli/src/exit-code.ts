/** Exit codes of the process. Documented in `patchbay --help`. */
export const EXIT = {
  ok: 0,
  failure: 1,
  /** Invalid command line. */
  usage: 2,
  /** Accepted, but not done: the activation is held, or the call waits for approval. */
  waiting: 3,
} as const;
