import type { AnnouncementSubject } from '@patchbay/domain/announcements';
import type { JsonObject } from '@patchbay/mcp';

/** The topic of a message: the subscribers of one connector or one session. */
export interface AnnouncementPlace extends AnnouncementSubject {
  readonly organizationId: string;
}

/**
 * Pub/sub messages between gateways. Delivery is best effort: a lost message is not sent again, and a subscriber that
 * must be sure reads the database. Never by NOTIFY, which would take a lock on the whole database per event.
 */
export interface Announcements {
  /** Notifies every subscriber of the topic, on all gateways. */
  publish(place: AnnouncementPlace, content: JsonObject): void;
  /** Resolves when messages of other gateways arrive. Returns the unsubscribe function. */
  subscribe(place: AnnouncementPlace, listener: AnnouncementListener): Promise<() => void>;
  close(): Promise<void>;
}

export type AnnouncementListener = (content: JsonObject) => void;

/** Listeners of this process, by what they listen to. */
export class Listeners {
  readonly #byPlace = new Map<string, Set<AnnouncementListener>>();

  /** Whether it is the first one of its place. */
  add(place: AnnouncementSubject, listener: AnnouncementListener): boolean {
    const key = keyOf(place);
    const known = this.#byPlace.get(key);
    if (known) known.add(listener);
    else this.#byPlace.set(key, new Set([listener]));
    return known === undefined;
  }

  /** Whether it was the last one of its place. */
  remove(place: AnnouncementSubject, listener: AnnouncementListener): boolean {
    const key = keyOf(place);
    const known = this.#byPlace.get(key);
    if (!known?.delete(listener) || known.size > 0) return false;
    return this.#byPlace.delete(key);
  }

  tell(place: AnnouncementSubject, content: JsonObject): void {
    for (const listener of [...(this.#byPlace.get(keyOf(place)) ?? [])]) listener(content);
  }
}

export function keyOf({ topic, subjectId }: AnnouncementSubject): string {
  return `${topic} ${subjectId}`;
}

/** Within this process only. */
export function createLocalAnnouncements(): Announcements {
  const listeners = new Listeners();
  return {
    publish: (place, content) => listeners.tell(place, content),
    async subscribe(place, listener) {
      listeners.add(place, listener);
      return () => void listeners.remove(place, listener);
    },
    close: async () => undefined,
  };
}
