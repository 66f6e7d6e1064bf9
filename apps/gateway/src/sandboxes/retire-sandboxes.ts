import { CHANGE_RULES, type Change, type ChangeFeed } from '@patchbay/domain/changes';
import type { Endpoint, EndpointDirectory } from '@patchbay/domain/endpoints';
import type { Logger } from '@patchbay/foundation';
import type { SandboxClient } from '@patchbay/sandbox-client';

export interface RetireSandboxesDeps {
  readonly changes: Pick<ChangeFeed, 'onChange'>;
  readonly endpoints: Pick<EndpointDirectory, 'resolve'>;
  readonly sandboxes: Pick<SandboxClient, 'retire'>;
  readonly logger: Logger;
}

export interface SandboxRetirement {
  /** Notes that calls of this endpoint reach sandboxes from now on. Cheap: asked on every call. */
  follow(endpoint: Endpoint): void;
  close(): void;
}

/**
 * Ends outdated sandboxes: of an earlier version after an activation, of earlier settings after a secret changed, all
 * after a deletion. They finish their calls first; new calls already go to their successors, because the isolation key
 * contains version and settings.
 */
export function retireSandboxes(deps: RetireSandboxesDeps): SandboxRetirement {
  const live = new Map<string, Endpoint>();

  const retireOutdated = async (connectorId: string): Promise<void> => {
    const before = live.get(connectorId);
    if (!before) return;
    const now = await deps.endpoints.resolve(before.organizationSlug, before.connectorSlug);
    const owner = { organizationId: before.organizationId, connectorId };
    // Same slug, other connector: the one we knew is gone.
    if (now?.connectorId !== connectorId) {
      live.delete(connectorId);
      return deps.sandboxes.retire(owner);
    }
    live.set(connectorId, now);
    if (now.versionId !== before.versionId) await deps.sandboxes.retire({ ...owner, versionId: before.versionId });
    if (now.settingsRevision > before.settingsRevision) {
      await deps.sandboxes.retire({ ...owner, settingsRevisionBelow: now.settingsRevision });
    }
  };

  const onChange = (change: Change): void => {
    for (const connectorId of touchedBy(change, live)) {
      retireOutdated(connectorId).catch((error: unknown) => {
        deps.logger.warn({ err: error, connectorId }, 'sandboxes not retired; idleness will end them');
      });
    }
  };

  const stop = deps.changes.onChange(onChange);
  return {
    follow(endpoint) {
      if (endpoint.live && live.get(endpoint.connectorId) === undefined) live.set(endpoint.connectorId, endpoint);
    },
    close: stop,
  };
}

/** Connectors whose sandboxes the change may have made outdated. */
function touchedBy({ kind, id }: Change, live: ReadonlyMap<string, Endpoint>): string[] {
  switch (CHANGE_RULES[kind].sandboxes) {
    case 'connector':
      return [id];
    case 'organization':
      return connectorsOf(live, id);
    case null:
      return [];
  }
}

function connectorsOf(live: ReadonlyMap<string, Endpoint>, organizationId: string): string[] {
  return [...live.values()].filter((one) => one.organizationId === organizationId).map((one) => one.connectorId);
}
