import { createGuardedFetch, type GuardedFetch } from '@patchbay/egress/guarded-fetch';

/** Where the hosts of a stand-in are, and whom its certificate is from. JSON, so that a process can be handed it. */
export interface ProviderReach {
  /** Host → address on this machine. */
  readonly addresses: Readonly<Record<string, string>>;
  /** The authority, in PEM. */
  readonly certificate: string;
}

/** The options by which `guardedFetch`, `EgressProxy` and `SandboxHost` reach stand-ins, and nothing else. */
export interface ReachOptions {
  resolver(host: string): Promise<readonly string[]>;
  readonly trustedHosts: ReadonlySet<string>;
  readonly certificateAuthorities: readonly string[];
}

export function reachOptions(...reaches: readonly ProviderReach[]): ReachOptions {
  const addresses = new Map(reaches.flatMap((reach) => Object.entries(reach.addresses)));
  return {
    resolver: async (host) => [addresses.get(host) ?? []].flat(),
    trustedHosts: new Set(addresses.keys()),
    certificateAuthorities: reaches.map(({ certificate }) => certificate),
  };
}

/** The platform's own fetch, to stand-ins only. */
export function fetchThrough(...reaches: readonly ProviderReach[]): GuardedFetch {
  return createGuardedFetch({ ...reachOptions(...reaches), timeoutMs: 10_000 });
}
