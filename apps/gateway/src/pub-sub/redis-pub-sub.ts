import type { MessageSubject } from '@patchbay/domain/messages';
import { type Logger, parseRedisUrl } from '@patchbay/foundation';
import { isJsonObject, objectAt, stringAt } from '@patchbay/mcp';
import { Redis } from 'ioredis';
import { type PubSub, Subscribers } from './pub-sub.ts';

const CHANNEL = 'patchbay:announcements';

/**
 * A gateway subscribes only to connectors with a subscriber there. All gateways receive messages of all sessions: they
 * are few, and each request of a session would otherwise subscribe and unsubscribe.
 */
function channelOf({ topic, subjectId }: MessageSubject): string {
  return topic === 'session' ? `${CHANNEL}:session` : `${CHANNEL}:${topic}:${subjectId}`;
}

/** Across gateways, through Redis. */
export function createRedisPubSub(redisUrl: string, logger: Logger): PubSub {
  const listeners = new Subscribers();
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
    listeners.publish({ topic: channel === `${CHANNEL}:session` ? 'session' : 'connector', subjectId }, content);
  });
  // Subscriptions of a connection are restored with it; an unreachable Redis only loses messages.
  receiver.subscribe(`${CHANNEL}:session`).catch(swallow);

  return {
    publish(target, content) {
      const message = JSON.stringify({ subjectId: target.subjectId, content });
      sender.publish(channelOf(target), message).catch((error: unknown) => {
        swallow(error);
        // Delivered to local subscribers at least.
        listeners.publish(target, content);
      });
    },
    async subscribe(target, listener) {
      const isOwnChannel = target.topic !== 'session';
      if (listeners.add(target, listener) && isOwnChannel) await receiver.subscribe(channelOf(target)).catch(swallow);
      return () => {
        if (listeners.remove(target, listener) && isOwnChannel) receiver.unsubscribe(channelOf(target)).catch(swallow);
      };
    },
    async close() {
      sender.disconnect();
      receiver.disconnect();
    },
  };
}
