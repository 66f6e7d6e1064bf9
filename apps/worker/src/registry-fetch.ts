import { createGuardedFetch } from '@patchbay/sandbox/guarded-fetch';
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
  return async (url, { headers, signal }) => {
    const response = await guarded(url, { headers, signal });
    return {
      status: response.status,
      headers: { get: (name) => firstOf(response.headers[name]) },
      body: response.body,
    };
  };
}

function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
