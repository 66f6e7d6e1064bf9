import { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions } from '@patchbay/egress/guarded-fetch';

/**
 * The gateway's way to addresses that strangers name: `guardedFetch`, which also refuses the installation's own public
 * name. Behind a load balancer that name resolves to a public address, which no list of private ones has.
 *
 * @param origin of the installation
 * @param bounds of one purpose
 */
export function createOutgoingFetch(origin: string, bounds: GuardedFetchOptions): GuardedFetch {
  return createGuardedFetch({ ...bounds, platformHosts: new Set([new URL(origin).hostname]) });
}
