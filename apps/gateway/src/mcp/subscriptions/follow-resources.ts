import type { SandboxClient } from '@patchbay/sandbox-client';
import { isolationKeyOf, ownInvocation } from '../call/invocation.ts';
import type { Access, ServedConnector } from '../context/access.ts';

/**
 * Notifies the connectors of these resources that a client waits for their changes. Only a running connector can
 * publish changes, and a server of 2025 publishes only changes of followed resources: it is notified again as long as a
 * stream waits, which keeps it awake. Never rejects: an unpublished change counts as lost.
 */
export type FollowResources = (access: Pick<Access, 'ownerOf'>, uris: readonly string[]) => Promise<void>;

/** Resources of one client and one connector; changes of further ones are seen when they are read. */
const URIS_MAX = 200;

export interface FollowResourcesDeps {
  readonly sandboxes: Pick<SandboxClient, 'invoke'>;
  onError(error: unknown, connector: ServedConnector): void;
}

export function createFollowResources({ sandboxes, onError }: FollowResourcesDeps): FollowResources {
  return async ({ ownerOf }, uris) => {
    const byConnector = Map.groupBy(uris, ownerOf);
    await Promise.all(
      [...byConnector].map(async ([connector, own]) => {
        if (!connector?.manifest.resourceUpdates) return;
        const asked = { method: 'patchbay/follow', params: { uris: own.slice(0, URIS_MAX) } } as const;
        await sandboxes
          .invoke(ownInvocation(connector.endpoint, isolationKeyOf(connector.endpoint, null), asked))
          .catch((error: unknown) => onError(error, connector));
      }),
    );
  };
}
