import type { MessageSubject } from '@patchbay/domain/messages';
import { type Logger, parseRedisUrl } from '@patchbay/foundation';
import { isJsonObject, type JsonObject, objectAt, stringAt } from '@patchbay/mcp';
import { Redis } from 'ioredis';
import { type MessageListener, type PubSub, Subscribers, type Topic } from './pub-sub.ts';

const CHANNEL = 'patchbay:announcements';

/**
 * A gateway subscribes only to connectors with a subscriber there. All gateways receive messages of all sessions: they
 * are few, and each request of a session would otherwise subscribe and unsubscribe.
 */
function channelOf({ topic, subjectId }: MessageSubject): string {
  return topic === 'session' ? `${CHANNEL}:session` : `${CHANNEL}:${topic}:${subjectId}`;
}

/** Across gateways, through Redis. */
export class RedisPubSub implements PubSub {
  readonly #logger: Logger;
  readonly #listeners = new Subscribers();
  readonly #sender: Redis;
  readonly #receiver: Redis;

  constructor(redisUrl: string, logger: Logger) {
    this.#logger = logger;
    this.#sender = connect(redisUrl, logger);
    this.#receiver = connect(redisUrl, logger);
    this.#receiver.on('message', (channel: string, text: string) => this.#receive(channel, text));
    // Subscriptions of a connection are restored with it; an unreachable Redis only loses messages.
    this.#receiver.subscribe(`${CHANNEL}:session`).catch((error: unknown) => this.#swallow(error));
  }

  publish(target: Topic, content: JsonObject): void {
    const message = JSON.stringify({ subjectId: target.subjectId, content });
    this.#sender.publish(channelOf(target), message).catch((error: unknown) => {
      this.#swallow(error);
      // Delivered to local subscribers at least.
      this.#listeners.publish(target, content);
    });
  }

  async subscribe(target: Topic, listener: MessageListener): Promise<() => void> {
    const isOwnChannel = target.topic !== 'session';
    const swallow = (error: unknown) => this.#swallow(error);
    if (this.#listeners.add(target, listener) && isOwnChannel) {
      await this.#receiver.subscribe(channelOf(target)).catch(swallow);
    }
    return () => {
      const isLast = this.#listeners.remove(target, listener);
      if (isLast && isOwnChannel) this.#receiver.unsubscribe(channelOf(target)).catch(swallow);
    };
  }

  async close(): Promise<void> {
    this.#sender.disconnect();
    this.#receiver.disconnect();
  }

  #receive(channel: string, text: string): void {
    const message: unknown = JSON.parse(text);
    const subjectId = stringAt(isJsonObject(message) ? message : undefined, 'subjectId');
    const content = isJsonObject(message) ? objectAt(message, 'content') : undefined;
    if (subjectId === undefined || content === undefined) return;
    this.#listeners.publish({ topic: channel === `${CHANNEL}:session` ? 'session' : 'connector', subjectId }, content);
  }

  #swallow(error: unknown): void {
    this.#logger.debug({ err: error }, 'a message was not published');
  }
}

function connect(redisUrl: string, logger: Logger): Redis {
  const redis = new Redis({
    ...parseRedisUrl(redisUrl),
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
  });
  redis.on('error', (error) => logger.debug({ err: error }, 'the pub/sub connection has no Redis'));
  return redis;
}
