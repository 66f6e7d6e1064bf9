import type { Logger } from '@patchbay/foundation';
import { type ConnectorEvent, isConnectorEventMethod, isJsonObject } from '@patchbay/sandbox/protocol';
import { Redis } from 'ioredis';
import { redisOptions } from '../../internal/redis-probe.ts';

/**
 * What connectors announce while they run, from whichever gateway their sandbox talks to, to listeners on all of them.
 * Never by NOTIFY, which would take a lock on the whole database per event (security S24).
 */
export interface ConnectorEvents {
  /** Tells every listener of the connector. Announcements are hints: one that is lost is not sent again. */
  publish(event: ConnectorEvent): void;
  /** Resolves when events arrive. Returns the way to stop. */
  subscribe(connectorId: string, listener: (event: ConnectorEvent) => void): Promise<() => void>;
  close(): void;
}

type Listener = (event: ConnectorEvent) => void;

/** Listeners of this process, by connector. */
class Listeners {
  readonly #byConnector = new Map<string, Set<Listener>>();

  /** Whether it is the first one of its connector. */
  add(connectorId: string, listener: Listener): boolean {
    const known = this.#byConnector.get(connectorId);
    if (known) known.add(listener);
    else this.#byConnector.set(connectorId, new Set([listener]));
    return known === undefined;
  }

  /** Whether it was the last one of its connector. */
  remove(connectorId: string, listener: Listener): boolean {
    const known = this.#byConnector.get(connectorId);
    if (!known?.delete(listener) || known.size > 0) return false;
    return this.#byConnector.delete(connectorId);
  }

  tell(event: ConnectorEvent): void {
    for (const listener of this.#byConnector.get(event.key.connectorId) ?? []) listener(event);
  }
}

/** For an installation of one gateway. */
export function createLocalEvents(): ConnectorEvents {
  const listeners = new Listeners();
  return {
    publish: (event) => listeners.tell(event),
    async subscribe(connectorId, listener) {
      listeners.add(connectorId, listener);
      return () => void listeners.remove(connectorId, listener);
    },
    close: () => undefined,
  };
}

const channelOf = (connectorId: string) => `patchbay:connector-events:${connectorId}`;

/** Across gateways, through Redis. Each gateway hears only of connectors somebody listens to there. */
export function createRedisEvents(redisUrl: string, logger: Logger): ConnectorEvents {
  const listeners = new Listeners();
  const connect = () => {
    const redis = new Redis({
      ...redisOptions(redisUrl),
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
    });
    redis.on('error', (error) => logger.debug({ err: error }, 'connector events have no Redis'));
    return redis;
  };
  const sender = connect();
  const receiver = connect();
  receiver.on('message', (_channel: string, text: string) => {
    const event = readEvent(text);
    if (event) listeners.tell(event);
  });
  const swallow = (error: unknown) => logger.debug({ err: error }, 'a connector event was not passed on');

  return {
    publish(event) {
      sender.publish(channelOf(event.key.connectorId), JSON.stringify(event)).catch((error: unknown) => {
        swallow(error);
        // Better told to listeners here than to nobody.
        listeners.tell(event);
      });
    },
    async subscribe(connectorId, listener) {
      if (listeners.add(connectorId, listener)) {
        // Subscriptions of a connection come back with it; a Redis that is away only costs announcements.
        await receiver.subscribe(channelOf(connectorId)).catch(swallow);
      }
      return () => {
        if (listeners.remove(connectorId, listener)) receiver.unsubscribe(channelOf(connectorId)).catch(swallow);
      };
    },
    close() {
      sender.disconnect();
      receiver.disconnect();
    },
  };
}

/** What another gateway sent, or null when it has not the shape: versions of gateways run side by side for a while. */
function readEvent(text: string): ConnectorEvent | null {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value) || !isJsonObject(value.key) || !isConnectorEventMethod(value.method)) return null;
  const { organizationId, connectorId, versionId } = value.key;
  const isKey = [organizationId, connectorId, versionId].every((part) => typeof part === 'string');
  return isKey ? (value as unknown as ConnectorEvent) : null; // checked field by field
}
