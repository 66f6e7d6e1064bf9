import { randomUUID } from 'node:crypto';
import type { Database } from '@patchbay/domain';
import {
  type AnnouncementSubject,
  insertAnnouncements,
  type NewAnnouncement,
  readAnnouncements,
} from '@patchbay/domain/announcements';
import type { ChangeFeed } from '@patchbay/domain/changes';
import type { Logger } from '@patchbay/foundation';
import { isJsonObject } from '@patchbay/mcp';
import { type AnnouncementPlace, type Announcements, keyOf, Listeners } from './announcements.ts';

export interface RelayedAnnouncementsDeps {
  readonly database: Pick<Database, 'withOrganization'>;
  readonly changes: Pick<ChangeFeed, 'onAnnouncement'>;
  readonly logger: Logger;
}

/** Messages within this time are written together, and equal ones once. */
const GATHER_MS = 40;
/** Different messages of one organization in that time; further ones are lost. */
const WAITING_MAX = 200;

/** Across gateways, through the relay's table in PostgreSQL: for installations without Redis. */
export function createRelayedAnnouncements({ database, changes, logger }: RelayedAnnouncementsDeps): Announcements {
  const origin = randomUUID();
  const listeners = new Listeners();
  const waiting = new Map<string, Map<string, NewAnnouncement>>();
  const readers = new Map<string, PlaceReader>();
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
          .withOrganization({ organizationId }, (tx) => insertAnnouncements(tx, origin, [...batch.values()]))
          .catch(swallow);
      }
    });
  };
  const stop = changes.onAnnouncement((subject) => readers.get(keyOf(subject))?.read());

  return {
    publish(place, content) {
      listeners.tell(place, content);
      const { organizationId, topic, subjectId } = place;
      const batch = waiting.get(organizationId) ?? new Map<string, NewAnnouncement>();
      waiting.set(organizationId, batch);
      const key = `${keyOf(place)} ${JSON.stringify(content)}`;
      if (batch.size < WAITING_MAX) batch.set(key, { topic, subjectId, content });
      gathering ??= setTimeout(write, GATHER_MS);
    },
    async subscribe(place, listener) {
      if (listeners.add(place, listener)) {
        const look = () =>
          database
            .withOrganization(place, (tx) => readAnnouncements(tx, origin, place))
            .catch((error: unknown) => {
              swallow(error);
              return [];
            });
        readers.set(keyOf(place), new PlaceReader(place, { look, listeners }));
      }
      return () => {
        if (listeners.remove(place, listener)) readers.delete(keyOf(place));
      };
    },
    async close() {
      stop();
      write();
      await writing;
    },
  };
}

interface PlaceReaderDeps {
  look(): Promise<readonly { readonly id: string; readonly content: unknown }[]>;
  readonly listeners: Listeners;
}

/** Reads new messages of one topic, one poll at a time, and delivers each once. */
class PlaceReader {
  readonly #place: AnnouncementSubject;
  readonly #deps: PlaceReaderDeps;
  #told: ReadonlySet<string> = new Set();
  #isReading = false;
  /** Something came during a look: it may not have seen it. */
  #isBehind = false;

  constructor(place: AnnouncementPlace, deps: PlaceReaderDeps) {
    this.#place = place;
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
        if (!this.#told.has(id) && isJsonObject(content)) this.#deps.listeners.tell(this.#place, content);
      }
      this.#told = new Set(found.map(({ id }) => id));
    }
    this.#isReading = false;
  }
}
