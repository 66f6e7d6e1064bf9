/**
 * The report of a supervisor about itself; `ready` is false when an isolation layer is missing, because no untrusted
 * code may run then.
 */
export interface SupervisorHealth {
  readonly ready: boolean;
  readonly driver: string;
  /**
   * Isolation layers that must all be intact: namespaces, root, seccomp, capabilities. The name is part of the protocol:
   * a gateway of another release reads it.
   */
  readonly walls: { readonly state: 'complete' | 'missing' | 'off'; readonly missing: readonly string[] };
  /** Bounds that need privilege: own uid, cgroup memory, pids, cpu. */
  readonly limits: { readonly state: 'full' | 'reduced' | 'off'; readonly reasons: readonly string[] };
  readonly sandboxes: {
    readonly starting: number;
    readonly live: number;
    readonly busy: number;
    readonly draining: number;
  };
  readonly queued: number;
  /**
   * The image that sandboxes start from: the runner's snapshot, or the plain program and why. `takenAt` is an ISO 8601
   * time.
   */
  readonly snapshot: {
    readonly state: 'resumed' | 'plain';
    readonly reason: string | null;
    readonly takenAt: string | null;
  };
  /** Sandboxes that wait for a first call; first calls that found one and that did not, since this boot. */
  readonly pool: {
    readonly size: number;
    readonly waiting: number;
    readonly taken: number;
    readonly missed: number;
  };
  readonly coldStarts: number;
  readonly crashes: number;
  readonly droppedLogLines: number;
  readonly bootId: string;
}

/** Reasons why a host cannot isolate or limit sandboxes, for people. Empty lists: none. */
export interface HostProblems {
  readonly isolation: readonly string[];
  readonly limits: readonly string[];
}

export function hostProblems({ walls: isolation, limits }: Pick<SupervisorHealth, 'walls' | 'limits'>): HostProblems {
  const label = { complete: '', missing: 'isolation layer missing: ', off: '' }[isolation.state];
  return {
    isolation: isolation.state === 'complete' ? [] : isolation.missing.map((layer) => `${label}${layer}`),
    limits: limits.state === 'full' ? [] : limits.reasons.map((reason) => `limits ${limits.state}: ${reason}`),
  };
}
