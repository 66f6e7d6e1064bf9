import type { Database } from '@patchbay/domain';
import { type EndedConnection, findProvider, openProviderSecret } from '@patchbay/domain/connections';
import type { Vault } from '@patchbay/vault';
import type { UpstreamClient } from './upstream-client.ts';

/** Revokes the tokens of a connection that has ended, where its provider offers that. It never fails: here it has ended. */
export function revokeUpstream(options: {
  readonly database: Database;
  readonly vault: Vault;
  readonly upstream: UpstreamClient;
}) {
  const { database, vault, upstream } = options;
  return async (organizationId: string, { connection, credential }: EndedConnection): Promise<boolean> => {
    if (credential === null) return false;
    const application = await database.withOrganization({ organizationId }, async (tx) => {
      const facts = await findProvider(tx, connection.provider);
      const clientId = facts?.registration?.clientId;
      if (facts === null || clientId == null) return null;
      const clientSecret = await openProviderSecret(tx, vault, connection.provider).catch(() => null);
      return { facts, clientId, clientSecret, customer: connection.host?.split('.')[0] ?? null };
    });
    return application === null ? false : upstream.revoke(application, credential);
  };
}
