import { randomUUID } from 'node:crypto';
import type { Database } from '@patchbay/domain';
import type { ChangeFeed } from '@patchbay/domain/changes';
import { insertMessages, type MessageSubject, type NewMessage, readMessages } from '@patchbay/domain/messages';
import type { Logger } from '@patchbay/foundation';
import { isJsonObject } from '@patchbay/mcp';
import { keyOf, type PubSub, Subscribers, type Topic } from './pub-sub.ts';

export interface RelayedPubSubDeps {
  readonly database: Pick<Database, 'withOrganization'>;
  readonly changes: Pick<ChangeFeed, 'onMessage'>;
  readonly logger: Logger;
}

/** Messages within this time are written together, and equal ones once. */
const GATHER_MS = 40;
/** Different messages of one organization in that time; further ones are lost. */
const WAITING_MAX = 200;

/** Across gateways, through the relay's table in PostgreSQL: for installations without Redis. */
export function createRelayedPubSub({ database, changes, logger }: RelayedPubSubDeps): PubSub {
  const origin = randomUUID();
  const listeners = new Subscribers();
  const waiting = new Map<string, Map<string, NewMessage>>();
  const readers = new Map<string, TopicReader>();
  let gathering: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const swallow = (error: unknown) => logger.debug({ err: error }, 'messages were not published');
  const write = () => {
    clearTimeout(gathering);
    gathering = undefined;
    const batches = [...waiting];
    waiting.clear();
    writing = writing.then(async () => {
      for (const [organizationId, batch] of batches) {
        await database
          .withOrganization({ organizationId }, (tx) => insertMessages(tx, origin, [...batch.values()]))
          .catch(swallow);
      }
    });
  };
  const stop = changes.onMessage((subject) => readers.get(keyOf(subject))?.read());

  return {
    publish(target, content) {
      listeners.publish(target, content);
      const { organizationId, topic, subjectId } = target;
      const batch = waiting.get(organizationId) ?? new Map<string, NewMessage>();
      waiting.set(organizationId, batch);
      const key = `${keyOf(target)} ${JSON.stringify(content)}`;
      if (batch.size < WAITING_MAX) batch.set(key, { topic, subjectId, content });
      gathering ??= setTimeout(write, GATHER_MS);
    },
    async subscribe(target, listener) {
      if (listeners.add(target, listener)) {
        const look = () =>
          database
            .withOrganization(target, (tx) => readMessages(tx, origin, target))
            .catch((error: unknown) => {
              swallow(error);
              return [];
            });
        readers.set(keyOf(target), new TopicReader(target, { look, listeners }));
      }
      return () => {
        if (listeners.remove(target, listener)) readers.delete(keyOf(target));
      };
    },
    async close() {
      stop();
      write();
      await writing;
    },
  };
}

interface TopicReaderDeps {
  look(): Promise<readonly { readonly id: string; readonly content: unknown }[]>;
  readonly listeners: Subscribers;
}

/** Reads new messages of one topic, one poll at a time, and delivers each once. */
class TopicReader {
  readonly #target: MessageSubject;
  readonly #deps: TopicReaderDeps;
  #told: ReadonlySet<string> = new Set();
  #isReading = false;
  /** Something came during a look: it may not have seen it. */
  #isBehind = false;

  constructor(target: Topic, deps: TopicReaderDeps) {
    this.#target = target;
    this.#deps = deps;
  }

  read(): void {
    this.#isBehind = true;
    if (!this.#isReading) void this.#readAll();
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    while (this.#isBehind) {
      this.#isBehind = false;
      const found = await this.#deps.look();
      for (const { id, content } of found) {
        if (!this.#told.has(id) && isJsonObject(content)) this.#deps.listeners.publish(this.#target, content);
      }
      this.#told = new Set(found.map(({ id }) => id));
    }
    this.#isReading = false;
  }
}
