export const VERSION_STATES = [
  'received',
  'resolving',
  'building',
  'probing',
  'scanning',
  'storing',
  'published',
  'failed',
  'rejected',
] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** Every legal move. A move that is not listed does not exist. */
export const VERSION_MOVES = {
  received: ['resolving', 'failed', 'rejected'],
  resolving: ['building', 'failed', 'rejected'],
  building: ['probing', 'failed', 'rejected'],
  probing: ['scanning', 'failed', 'rejected'],
  scanning: ['storing', 'failed', 'rejected'],
  storing: ['published', 'failed'],
  published: [],
  failed: [],
  rejected: [],
} as const satisfies Record<VersionState, readonly VersionState[]>;

export function isFinal(state: VersionState): boolean {
  return VERSION_MOVES[state].length === 0;
}

export function mayMove(from: VersionState, to: VersionState): boolean {
  return VERSION_MOVES[from].some((move) => move === to);
}
