import type { AnnouncementSubject } from '@patchbay/domain/announcements';
import { type Logger, parseRedisUrl } from '@patchbay/foundation';
import { isJsonObject, objectAt, stringAt } from '@patchbay/mcp';
import { Redis } from 'ioredis';
import { type Announcements, Listeners } from './announcements.ts';

const CHANNEL = 'patchbay:announcements';

/**
 * A gateway subscribes only to connectors with a subscriber there. All gateways receive messages of all sessions: they
 * are few, and each request of a session would otherwise subscribe and unsubscribe.
 */
function channelOf({ topic, subjectId }: AnnouncementSubject): string {
  return topic === 'session' ? `${CHANNEL}:session` : `${CHANNEL}:${topic}:${subjectId}`;
}

/** Across gateways, through Redis. */
export function createRedisAnnouncements(redisUrl: string, logger: Logger): Announcements {
  const listeners = new Listeners();
  const connect = () => {
    const redis = new Redis({
      ...parseRedisUrl(redisUrl),
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
    });
    redis.on('error', (error) => logger.debug({ err: error }, 'the pub/sub connection has no Redis'));
    return redis;
  };
  const sender = connect();
  const receiver = connect();
  const swallow = (error: unknown) => logger.debug({ err: error }, 'a message was not published');
  receiver.on('message', (channel: string, text: string) => {
    const message: unknown = JSON.parse(text);
    const subjectId = stringAt(isJsonObject(message) ? message : undefined, 'subjectId');
    const content = isJsonObject(message) ? objectAt(message, 'content') : undefined;
    if (subjectId === undefined || content === undefined) return;
    listeners.tell({ topic: channel === `${CHANNEL}:session` ? 'session' : 'connector', subjectId }, content);
  });
  // Subscriptions of a connection are restored with it; an unreachable Redis only loses messages.
  receiver.subscribe(`${CHANNEL}:session`).catch(swallow);

  return {
    publish(place, content) {
      const message = JSON.stringify({ subjectId: place.subjectId, content });
      sender.publish(channelOf(place), message).catch((error: unknown) => {
        swallow(error);
        // Delivered to local subscribers at least.
        listeners.tell(place, content);
      });
    },
    async subscribe(place, listener) {
      const isOwnChannel = place.topic !== 'session';
      if (listeners.add(place, listener) && isOwnChannel) await receiver.subscribe(channelOf(place)).catch(swallow);
      return () => {
        if (listeners.remove(place, listener) && isOwnChannel) receiver.unsubscribe(channelOf(place)).catch(swallow);
      };
    },
    async close() {
      sender.disconnect();
      receiver.disconnect();
    },
  };
}
