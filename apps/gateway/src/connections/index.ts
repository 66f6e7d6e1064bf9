/** Connecting accounts at providers: pages, and the platform as an OAuth client of providers. */
import type { Database } from '@patchbay/domain';
import type { GuardedFetch } from '@patchbay/egress/guarded-fetch';
import type { Secret } from '@patchbay/foundation';
import type { Vault } from '@patchbay/vault';
import type { FastifyInstance } from 'fastify';
import { createOutgoingFetch } from '../http/outgoing-fetch.ts';
import type { Identity } from '../identity/index.ts';
import { connectionsPlugin } from './connections-plugin.ts';
import { revokeUpstream } from './revoke-upstream.ts';
import { UpstreamClient } from './upstream-client.ts';

export interface CreateConnectionsOptions {
  readonly origin: string;
  /** Signs our forms; at least 32 characters. */
  readonly secret: Secret;
  readonly database: Database;
  readonly vault: Vault;
  readonly identity: Pick<Identity, 'findSession'>;
  /** For everything that providers are asked; bounded and guarded unless a test gives another. */
  readonly fetch?: GuardedFetch | undefined;
}

/** A person waits for it. */
const UPSTREAM_FETCH = { bytesMax: 256 * 1024, timeoutMs: 10_000, connectionsMax: 8 };

export type Connections = ReturnType<typeof createConnections>;

export function createConnections({ fetch: given, ...options }: CreateConnectionsOptions) {
  const fetch = given ?? createOutgoingFetch(options.origin, UPSTREAM_FETCH);
  const upstream = new UpstreamClient(fetch);
  return {
    /** Below `/-/connections`. */
    surface: {
      name: 'connections',
      async register(app: FastifyInstance) {
        await app.register(async (walled) => connectionsPlugin(walled, { ...options, fetch, upstream }));
      },
    },
    revoke: revokeUpstream({ ...options, upstream }),
  };
}
