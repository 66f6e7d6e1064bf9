/** Plans the supervisor's sandboxes from their state: pure, so that every rule is tested without a process. */
import { AppError } from '@patchbay/foundation';

/** An assigned sandbox. */
export interface ObservedSandbox {
  readonly id: string;
  readonly organizationId: string;
  /** Belongs to one person of the organization. */
  readonly isPersonal: boolean;
  /** Since when it has had nothing to do; null while it works. Monotonic milliseconds, like every time here. */
  readonly idleSinceMs: number | null;
}

/** An unassigned sandbox that waits in the pool. */
export interface ObservedWarm {
  readonly id: string;
  readonly sinceMs: number;
}

export interface PoolObservation {
  readonly nowMs: number;
  readonly availableMemoryBytes: number;
  readonly sandboxes: readonly ObservedSandbox[];
  readonly warm: readonly ObservedWarm[];
  /** On their way into the pool. */
  readonly warmStarting: number;
  /** Starts that a call waits for: the pool does not compete with them. */
  readonly startsAwaited: number;
}

export interface PoolBounds {
  /** Warm sandboxes to keep when there is memory for them. */
  readonly size: number;
  readonly idleMs: number;
  readonly idlePersonalMs: number;
  /** A warm sandbox that waited longer is replaced: nothing that old has been measured, and its snapshot may be. */
  readonly warmAgeMaxMs: number;
  /** Memory that stays free on this host. */
  readonly memoryReserveBytes: number;
  /** The memory that one more sandbox costs, or one less frees. */
  readonly sandboxBytes: number;
}

export interface PoolPlan {
  readonly stopSandboxes: readonly string[];
  readonly stopWarm: readonly string[];
  readonly startWarm: number;
}

/** Stops sandboxes idle for too long, under memory pressure warm ones first, then those idle for longest; then fills the pool. */
export function planPool(observation: PoolObservation, bounds: PoolBounds): PoolPlan {
  const { nowMs, sandboxes, warm } = observation;
  const expired = sandboxes.filter((one) => isExpired(one, nowMs, bounds));
  const old = warm.filter(({ sinceMs }) => nowMs - sinceMs >= bounds.warmAgeMaxMs);
  const returnedBytes = (expired.length + old.length) * bounds.sandboxBytes;
  const missingBytes = bounds.memoryReserveBytes - observation.availableMemoryBytes - returnedBytes;
  const pressed = Math.max(0, Math.ceil(missingBytes / bounds.sandboxBytes));
  const droppable = warm.filter((one) => !old.includes(one)).slice(0, pressed);
  const evicted = byRest(sandboxes.filter((one) => !expired.includes(one))).slice(0, pressed - droppable.length);
  return {
    stopSandboxes: [...expired, ...evicted].map(({ id }) => id),
    stopWarm: [...old, ...droppable].map(({ id }) => id),
    startWarm: pressed > 0 ? 0 : warmToStart(observation, bounds, old.length),
  };
}

export interface RoomBounds {
  readonly live: number;
  readonly livePerOrganization: number;
}

/**
 * Selects the sandboxes to evict so that this organization may have one more. An organization with more than its share of the host evicts its own first; otherwise the sandbox that is idle for longest is evicted. @throws AppError `sandbox.no_capacity` when no candidate is idle
 */
export function planRoom(
  sandboxes: readonly ObservedSandbox[],
  organizationId: string,
  bounds: RoomBounds,
): readonly string[] {
  const own = sandboxes.filter((one) => one.organizationId === organizationId);
  if (own.length >= bounds.livePerOrganization) {
    return [longestIdle(own, `This organization may have ${bounds.livePerOrganization} sandboxes at once; all work.`)];
  }
  if (sandboxes.length < bounds.live) return [];
  const organizations = new Set(sandboxes.map((one) => one.organizationId)).add(organizationId).size;
  const isCrowd = own.length >= bounds.live / organizations;
  const candidates = isCrowd && byRest(own).length > 0 ? own : sandboxes;
  return [longestIdle(candidates, `This host may have ${bounds.live} sandboxes at once; all work.`)];
}

function longestIdle(sandboxes: readonly ObservedSandbox[], detail: string): string {
  const [first] = byRest(sandboxes);
  if (!first) throw new AppError('sandbox.no_capacity', { detail, retryAfterSeconds: 1 });
  return first.id;
}

/** Those that rest, the longest first. */
function byRest(sandboxes: readonly ObservedSandbox[]): ObservedSandbox[] {
  return sandboxes
    .filter(({ idleSinceMs }) => idleSinceMs !== null)
    .sort((one, other) => (one.idleSinceMs ?? 0) - (other.idleSinceMs ?? 0));
}

function isExpired({ idleSinceMs, isPersonal }: ObservedSandbox, nowMs: number, bounds: PoolBounds): boolean {
  const allowedMs = isPersonal ? bounds.idlePersonalMs : bounds.idleMs;
  return idleSinceMs !== null && nowMs - idleSinceMs >= allowedMs;
}

/**
 * One at a time, and only while the reserve of memory stays untouched with one to spare. During a start that a call
 * waits for, only the half reserved for other organizations is filled: otherwise an organization that starts without
 * end would empty it.
 */
function warmToStart(observation: PoolObservation, bounds: PoolBounds, leaving: number): number {
  const { warm, warmStarting, startsAwaited, availableMemoryBytes } = observation;
  const wanted = startsAwaited > 0 ? Math.floor(bounds.size / 2) : bounds.size;
  if (warmStarting > 0 || warm.length - leaving >= wanted) return 0;
  return availableMemoryBytes - 2 * bounds.sandboxBytes >= bounds.memoryReserveBytes ? 1 : 0;
}
