import { createGuardedFetch } from '@patchbay/egress/guarded-fetch';
import type { FetchPublic } from './deploy/dependencies/registry.ts';

const BYTES_MAX = 64 * 1024 * 1024;
const TIMEOUT_MS = 60_000;
const CONNECTIONS_MAX = 16;

/**
 * The worker's way to the package registry. Its host may resolve to any address, because the operator named it; a
 * redirect may not leave the public internet.
 */
export function createRegistryFetch(registry: string): FetchPublic {
  const { hostname, protocol } = new URL(registry);
  const guarded = createGuardedFetch({
    trustedHosts: new Set([hostname]),
    allowHttp: protocol === 'http:',
    bytesMax: BYTES_MAX,
    timeoutMs: TIMEOUT_MS,
    connectionsMax: CONNECTIONS_MAX,
    redirectsMax: 3,
  });
  return (url, { headers, signal }) => guarded(url, { headers, signal });
}
