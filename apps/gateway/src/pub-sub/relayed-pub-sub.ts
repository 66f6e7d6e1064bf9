import { randomUUID } from 'node:crypto';
import type { Database } from '@patchbay/domain';
import type { ChangeFeed } from '@patchbay/domain/changes';
import { insertMessages, type MessageSubject, type NewMessage, readMessages } from '@patchbay/domain/messages';
import type { Logger } from '@patchbay/foundation';
import { isJsonObject, type JsonObject } from '@patchbay/mcp';
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
export class RelayedPubSub implements PubSub {
  readonly #deps: RelayedPubSubDeps;
  readonly #origin = randomUUID();
  readonly #listeners = new Subscribers();
  readonly #waiting = new Map<string, Map<string, NewMessage>>();
  readonly #readers = new Map<string, TopicReader>();
  readonly #stop: () => void;
  #gathering: NodeJS.Timeout | undefined;
  #writing = Promise.resolve();

  constructor(deps: RelayedPubSubDeps) {
    this.#deps = deps;
    this.#stop = deps.changes.onMessage((subject) => this.#readers.get(keyOf(subject))?.read());
  }

  publish(target: Topic, content: JsonObject): void {
    this.#listeners.publish(target, content);
    const { organizationId, topic, subjectId } = target;
    const batch = this.#waiting.get(organizationId) ?? new Map<string, NewMessage>();
    this.#waiting.set(organizationId, batch);
    const key = `${keyOf(target)} ${JSON.stringify(content)}`;
    if (batch.size < WAITING_MAX) batch.set(key, { topic, subjectId, content });
    this.#gathering ??= setTimeout(() => this.#write(), GATHER_MS);
  }

  async subscribe(target: Topic, listener: (content: JsonObject) => void): Promise<() => void> {
    if (this.#listeners.add(target, listener)) {
      const look = () => this.#read(target);
      this.#readers.set(keyOf(target), new TopicReader(target, { look, listeners: this.#listeners }));
    }
    return () => {
      if (this.#listeners.remove(target, listener)) this.#readers.delete(keyOf(target));
    };
  }

  async close(): Promise<void> {
    this.#stop();
    this.#write();
    await this.#writing;
  }

  #write(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const batches = [...this.#waiting];
    this.#waiting.clear();
    this.#writing = this.#writing.then(async () => {
      for (const [organizationId, batch] of batches) await this.#insert(organizationId, [...batch.values()]);
    });
  }

  async #insert(organizationId: string, batch: readonly NewMessage[]): Promise<void> {
    await this.#deps.database
      .withOrganization({ organizationId }, (tx) => insertMessages(tx, this.#origin, batch))
      .catch((error: unknown) => this.#swallow(error));
  }

  #read(target: Topic): ReturnType<TopicReaderDeps['look']> {
    return this.#deps.database
      .withOrganization(target, (tx) => readMessages(tx, this.#origin, target))
      .catch((error: unknown) => {
        this.#swallow(error);
        return [];
      });
  }

  #swallow(error: unknown): void {
    this.#deps.logger.debug({ err: error }, 'messages were not published');
  }
}

interface TopicReaderDeps {
  look(): Promise<readonly { readonly id: string; readonly content: unknown }[]>;
  readonly listeners: Subscribers;
}

/** Reads new messages of one topic, one poll at a time, and delivers each once. */
class TopicReader {
  readonly #target: MessageSubject;
  readonly #deps: TopicReaderDeps;
  #published: ReadonlySet<string> = new Set();
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
        if (!this.#published.has(id) && isJsonObject(content)) this.#deps.listeners.publish(this.#target, content);
      }
      this.#published = new Set(found.map(({ id }) => id));
    }
    this.#isReading = false;
  }
}
