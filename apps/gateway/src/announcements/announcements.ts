import type { AnnouncementSubject } from '@patchbay/domain/announcements';
import type { JsonObject } from '@patchbay/mcp';

/** Whom it concerns: the listeners of one connector or one session. */
export interface AnnouncementPlace extends AnnouncementSubject {
  readonly organizationId: string;
}

/**
 * What gateways tell each other about what they serve together. Announcements are hints: one that is lost is not sent
 * again, and whoever needs to be sure looks into the database. Never by NOTIFY, which would take a lock on the whole
 * database per event (security S24).
 */
export interface Announcements {
  /** Tells every listener of the place, on all gateways. */
  publish(place: AnnouncementPlace, content: JsonObject): void;
  /** Resolves when announcements of other gateways arrive. Returns the way to stop. */
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
