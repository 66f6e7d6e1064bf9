import type { MessageSubject } from '@patchbay/domain/messages';
import type { JsonObject } from '@patchbay/mcp';

/** The topic of a message: the subscribers of one connector or one session. */
export interface Topic extends MessageSubject {
  readonly organizationId: string;
}

/**
 * Pub/sub messages between gateways. Delivery is best effort: a lost message is not sent again, and a subscriber that
 * must be sure reads the database. Never by NOTIFY, which would lock the entire database per event.
 */
export interface PubSub {
  /** Notifies every subscriber of the topic, on all gateways. */
  publish(target: Topic, content: JsonObject): void;
  /** Resolves when messages of other gateways arrive. Returns the unsubscribe function. */
  subscribe(target: Topic, listener: MessageListener): Promise<() => void>;
  close(): Promise<void>;
}

export type MessageListener = (content: JsonObject) => void;

/** Listeners of this process, by what they listen to. */
export class Subscribers {
  readonly #byTarget = new Map<string, Set<MessageListener>>();

  /** Whether it is the first one of its topic. */
  add(target: MessageSubject, listener: MessageListener): boolean {
    const key = keyOf(target);
    const known = this.#byTarget.get(key);
    if (known) known.add(listener);
    else this.#byTarget.set(key, new Set([listener]));
    return known === undefined;
  }

  /** Whether it was the last one of its topic. */
  remove(target: MessageSubject, listener: MessageListener): boolean {
    const key = keyOf(target);
    const known = this.#byTarget.get(key);
    if (!known?.delete(listener) || known.size > 0) return false;
    return this.#byTarget.delete(key);
  }

  publish(target: MessageSubject, content: JsonObject): void {
    for (const listener of [...(this.#byTarget.get(keyOf(target)) ?? [])]) listener(content);
  }
}

export function keyOf({ topic, subjectId }: MessageSubject): string {
  return `${topic} ${subjectId}`;
}

/** Within this process only. */
export class LocalPubSub implements PubSub {
  readonly #listeners = new Subscribers();

  publish(target: Topic, content: JsonObject): void {
    this.#listeners.publish(target, content);
  }

  async subscribe(target: Topic, listener: MessageListener): Promise<() => void> {
    this.#listeners.add(target, listener);
    return () => void this.#listeners.remove(target, listener);
  }

  async close(): Promise<void> {}
}
