import { isJsonObject, type JsonObject } from '@patchbay/mcp';
import { type ConnectorEvent, isConnectorEventMethod } from '@patchbay/sandbox-protocol';
import type { PubSub, Topic } from '../../pub-sub/pub-sub.ts';

/**
 * List changes that connectors publish at runtime, from the gateway of their sandbox to subscribers on all gateways.
 */
export interface ConnectorEvents {
  /** Notifies every listener of the connector. */
  publish(event: ConnectorEvent): void;
  /** Resolves when events arrive. Returns the way to stop. */
  subscribe(connector: ConnectorIds, listener: (event: ConnectorEvent) => void): Promise<() => void>;
}

export interface ConnectorIds {
  readonly organizationId: string;
  readonly connectorId: string;
}

export function createConnectorEvents(pubSub: Pick<PubSub, 'publish' | 'subscribe'>): ConnectorEvents {
  return {
    publish: ({ key, ...event }) => pubSub.publish(topicOf(key), { key: { ...key }, ...event }),
    subscribe: (connector, listener) =>
      pubSub.subscribe(topicOf(connector), (content) => {
        const event = readEvent(content);
        if (event) listener(event);
      }),
  };
}

function topicOf({ organizationId, connectorId }: ConnectorIds): Topic {
  return { topic: 'connector', organizationId, subjectId: connectorId };
}

/** A message of another gateway, or null for another shape: versions of gateways run side by side for a while. */
function readEvent(value: JsonObject): ConnectorEvent | null {
  if (!isJsonObject(value.key) || !isConnectorEventMethod(value.method)) return null;
  const { organizationId, connectorId, versionId } = value.key;
  const isKey = [organizationId, connectorId, versionId].every((part) => typeof part === 'string');
  return isKey ? (value as unknown as ConnectorEvent) : null; // checked field by field
}
