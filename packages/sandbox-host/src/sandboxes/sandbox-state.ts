export type SandboxState = 'starting' | 'live' | 'draining' | 'stopped';

/** Every legal move. A move that is not listed does not exist; `stopped` is the end, nothing is ever reused. */
export const SANDBOX_MOVES: Readonly<Record<SandboxState, readonly SandboxState[]>> = {
  starting: ['live', 'draining', 'stopped'],
  live: ['draining', 'stopped'],
  draining: ['stopped'],
  stopped: [],
};

export function canMove(from: SandboxState, to: SandboxState): boolean {
  return SANDBOX_MOVES[from].includes(to);
}
