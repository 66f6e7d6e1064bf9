/** What the process ends with. Documented in `patchbay --help`. */
export const EXIT = {
  ok: 0,
  failure: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** Accepted, and waits for somebody: the activation is held, or the call waits for approval. */
  waiting: 3,
} as const;
