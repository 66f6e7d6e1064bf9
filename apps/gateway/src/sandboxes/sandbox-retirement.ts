import { CHANGE_RULES, type Change, type ChangeFeed } from '@patchbay/domain/changes';
import type { Endpoint, EndpointDirectory } from '@patchbay/domain/endpoints';
import type { Logger } from '@patchbay/foundation';
import type { SandboxClient } from '@patchbay/sandbox-client';

export interface SandboxRetirementDeps {
  readonly changes: Pick<ChangeFeed, 'onChange'>;
  readonly endpoints: Pick<EndpointDirectory, 'resolve'>;
  readonly sandboxes: Pick<SandboxClient, 'retire'>;
  readonly logger: Logger;
}

/**
 * Ends outdated sandboxes: of an earlier version after an activation, of earlier settings after a secret changed, all
 * after a deletion. They finish their calls first; new calls already go to their successors, because the isolation key
 * contains version and settings.
 */
export class SandboxRetirement {
  readonly #deps: SandboxRetirementDeps;
  readonly #live = new Map<string, Endpoint>();
  readonly #stop: () => void;

  constructor(deps: SandboxRetirementDeps) {
    this.#deps = deps;
    this.#stop = deps.changes.onChange((change) => this.#onChange(change));
  }

  /** Notes that calls of this endpoint reach sandboxes from now on. Cheap: asked on every call. */
  follow(endpoint: Endpoint): void {
    if (endpoint.live && !this.#live.has(endpoint.connectorId)) this.#live.set(endpoint.connectorId, endpoint);
  }

  close(): void {
    this.#stop();
  }

  #onChange(change: Change): void {
    for (const connectorId of touchedBy(change, this.#live)) {
      this.#retireOutdated(connectorId).catch((error: unknown) => {
        this.#deps.logger.warn({ err: error, connectorId }, 'sandboxes not retired; idleness will end them');
      });
    }
  }

  async #retireOutdated(connectorId: string): Promise<void> {
    const { endpoints, sandboxes } = this.#deps;
    const before = this.#live.get(connectorId);
    if (!before) return;
    const now = await endpoints.resolve(before.organizationSlug, before.connectorSlug);
    const owner = { organizationId: before.organizationId, connectorId };
    // Same slug, other connector: the known connector is gone.
    if (now?.connectorId !== connectorId) {
      this.#live.delete(connectorId);
      return sandboxes.retire(owner);
    }
    this.#live.set(connectorId, now);
    if (now.versionId !== before.versionId) await sandboxes.retire({ ...owner, versionId: before.versionId });
    if (now.settingsRevision > before.settingsRevision) {
      await sandboxes.retire({ ...owner, settingsRevisionBelow: now.settingsRevision });
    }
  }
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
