import type { Endpoint } from '@patchbay/domain/endpoints';
import { asAppError, type Clock } from '@patchbay/foundation';
import { admitLists, changedLists, type ManifestView } from '@patchbay/mcp';
import { type ConnectorEvent, type IsolationKey, isolationKeyText, type JsonObject } from '@patchbay/sandbox/protocol';
import { LRUCache } from 'lru-cache';
import type { AuthorLine, TellAuthor } from '../../sandboxes/author-log.ts';
import { isolationKeyOf } from '../call/invocation.ts';
import type { ConnectorEvents } from '../subscriptions/connector-events.ts';
import { manifestOf } from './manifest-of.ts';
import { type ListState, nextStep } from './plan-asking.ts';

export interface LiveManifestsDeps {
  readonly events: Pick<ConnectorEvents, 'publish' | 'subscribe'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** What the connector says about itself now. @throws AppError sandbox.* */
  ask(endpoint: Endpoint, key: IsolationKey): Promise<JsonObject>;
  /** Told what a connector listed against the rules, and that it could not be asked. */
  readonly tellAuthor: TellAuthor;
}

/** The manifests answers are made from: the recorded one, or of a dynamic connector what it last said. */
export interface LiveManifests {
  /** Never rejects: a connector that cannot be asked is answered for from what is known of it. */
  of(endpoint: Endpoint): Promise<ManifestView>;
  close(): void;
}

/** Dynamic versions this gateway knows the lists of. */
const ENTRIES_MAX = 1_000;
/** Lines about one list. */
const TOLD_MAX = 20;

interface Entry extends ListState {
  manifest: ManifestView;
  asking: Promise<void> | null;
  /** Counts changes that were announced: an answer that was asked for before the last one is old already. */
  announced: number;
  silence(): void;
}

/**
 * A static connector costs nothing here. A dynamic one is asked when its lists are wanted, once for everybody who waits;
 * its last answer serves for a while without waiting, also when its sandbox sleeps, and is renewed behind the answer.
 */
export function createLiveManifests(deps: LiveManifestsDeps): LiveManifests {
  const entries = new LRUCache<string, Entry>({ max: ENTRIES_MAX, dispose: (entry) => entry.silence() });

  const entryOf = (endpoint: Endpoint, key: IsolationKey): Entry => {
    const text = isolationKeyText(key);
    const known = entries.get(text);
    if (known) return known;
    const entry: Entry = {
      manifest: manifestOf(endpoint),
      askedAtMs: null,
      failedAtMs: null,
      isOutdated: false,
      asking: null,
      announced: 0,
      silence: () => undefined,
    };
    entries.set(text, entry);
    listen(endpoint, entry, text);
    return entry;
  };

  /** Until the entry goes: what the connector announces, on whichever gateway, makes its last answer an old one. */
  const listen = (endpoint: Endpoint, entry: Entry, text: string): void => {
    const hear = (event: ConnectorEvent): void => {
      if (event.method === 'notifications/resources/updated' || isolationKeyText(event.key) !== text) return;
      entry.isOutdated = true;
      entry.announced += 1;
    };
    deps.events.subscribe(endpoint, hear).then(
      (stop) => {
        if (entries.peek(text) === entry) entry.silence = stop;
        else stop();
      },
      () => undefined, // announcements are hints; the next look comes without one
    );
  };

  const ask = (endpoint: Endpoint, key: IsolationKey, entry: Entry): Promise<void> => {
    entry.asking ??= askOnce(endpoint, key, entry).finally(() => {
      entry.asking = null;
    });
    return entry.asking;
  };

  const askOnce = async (endpoint: Endpoint, key: IsolationKey, entry: Entry): Promise<void> => {
    const [heardBefore, wasAnnounced] = [entry.announced, entry.isOutdated];
    try {
      const { manifest, refused } = admitLists(manifestOf(endpoint), await deps.ask(endpoint, key));
      const before = entry.askedAtMs === null ? null : entry.manifest;
      entry.manifest = manifest;
      entry.askedAtMs = deps.clock.monotonicMs();
      entry.failedAtMs = null;
      entry.isOutdated = entry.announced !== heardBefore;
      deps.tellAuthor(endpoint, refused.slice(0, TOLD_MAX).map(leftOut));
      // Changed without a word: whoever listens hears it from here.
      const changed = before && !wasAnnounced ? changedLists(before, manifest) : [];
      for (const method of changed) deps.events.publish({ key, method });
    } catch (error) {
      entry.failedAtMs = deps.clock.monotonicMs();
      const { code, detail } = asAppError(error);
      deps.tellAuthor(endpoint, [{ text: `its lists could not be asked for: ${code}: ${detail}` }]);
    }
  };

  return {
    async of(endpoint) {
      const recorded = manifestOf(endpoint);
      if (!recorded.dynamic) return recorded;
      const key = isolationKeyOf(endpoint, null);
      const entry = entryOf(endpoint, key);
      switch (nextStep(entry, deps.clock.monotonicMs())) {
        case 'serve':
          break;
        case 'serve and ask':
          void ask(endpoint, key, entry);
          break;
        case 'ask':
          await ask(endpoint, key, entry);
      }
      return entry.manifest;
    },
    close: () => entries.clear(),
  };
}

function leftOut(what: string): AuthorLine {
  return { text: `left out of its lists: ${what}` };
}
