import type { Endpoint } from '@patchbay/domain/endpoints';
import { AppError, asAppError, type Clock } from '@patchbay/foundation';
import { admitLists, changedLists, type ManifestView, viewManifest } from '@patchbay/mcp';
import type { SandboxClient } from '@patchbay/sandbox-client';
import { type ConnectorEvent, type IsolationKey, isolationKeyText, type JsonObject } from '@patchbay/sandbox-protocol';
import { LRUCache } from 'lru-cache';
import type { AuthorLine, NotifyAuthor } from '../call/author-log.ts';
import { isolationKeyOf, ownInvocation } from '../call/invocation.ts';
import type { ConnectorEvents } from '../subscriptions/connector-events.ts';
import { type ListState, nextStep } from './plan-asking.ts';

export interface LiveManifestsDeps {
  readonly events: Pick<ConnectorEvents, 'publish' | 'subscribe'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly sandboxes: Pick<SandboxClient, 'invoke'>;
  /** Gets what a connector listed against the rules, and that it could not be asked. */
  readonly notifyAuthor: NotifyAuthor;
}

/** Dynamic versions this gateway knows the lists of. */
const ENTRIES_MAX = 1_000;
/** Lines about one list. */
const LINES_MAX = 20;

/** The known lists of one dynamic version. */
interface Entry extends ListState {
  readonly endpoint: Endpoint;
  readonly key: IsolationKey;
  manifest: ManifestView;
  asking: Promise<void> | null;
  /** Counts list changes: an answer that was requested before the last one is outdated already. */
  announced: number;
  unsubscribe(): void;
}

/**
 * The manifests that answers are made from: the recorded one, or the last lists of a dynamic connector. A static
 * connector costs nothing here. A dynamic one is asked for its lists on demand, once for all waiting requests; its last
 * answer serves for a while without waiting, also when its sandbox is stopped, and is refreshed in the background.
 */
export class LiveManifests {
  readonly #deps: LiveManifestsDeps;
  readonly #entries = new LRUCache<string, Entry>({ max: ENTRIES_MAX, dispose: (entry) => entry.unsubscribe() });

  constructor(deps: LiveManifestsDeps) {
    this.#deps = deps;
  }

  /** Never rejects: a connector that cannot be asked is answered for from what is known of it. */
  async of(endpoint: Endpoint): Promise<ManifestView> {
    const recorded = manifestOf(endpoint);
    if (!recorded.dynamic) return recorded;
    const entry = this.#entryOf(endpoint, isolationKeyOf(endpoint, null));
    switch (nextStep(entry, this.#deps.clock.monotonicMs())) {
      case 'serve':
        break;
      case 'serve and ask':
        void this.#ask(entry);
        break;
      case 'ask':
        await this.#ask(entry);
    }
    return entry.manifest;
  }

  close(): void {
    this.#entries.clear();
  }

  #entryOf(endpoint: Endpoint, key: IsolationKey): Entry {
    const text = isolationKeyText(key);
    const known = this.#entries.get(text);
    if (known) return known;
    const entry: Entry = {
      endpoint,
      key,
      manifest: manifestOf(endpoint),
      askedAtMs: null,
      failedAtMs: null,
      isOutdated: false,
      asking: null,
      announced: 0,
      unsubscribe: () => undefined,
    };
    this.#entries.set(text, entry);
    this.#subscribe(entry, text);
    return entry;
  }

  /**
   * Until the entry is evicted: a change that the connector publishes, on any gateway, makes its last answer outdated.
   */
  #subscribe(entry: Entry, text: string): void {
    const onEvent = (event: ConnectorEvent): void => {
      if (event.method === 'notifications/resources/updated' || isolationKeyText(event.key) !== text) return;
      entry.isOutdated = true;
      entry.announced += 1;
    };
    this.#deps.events.subscribe(entry.endpoint, onEvent).then(
      (unsubscribe) => {
        if (this.#entries.peek(text) === entry) entry.unsubscribe = unsubscribe;
        else unsubscribe();
      },
      () => undefined, // events can get lost; the next look comes without one
    );
  }

  #ask(entry: Entry): Promise<void> {
    entry.asking ??= this.#askOnce(entry).finally(() => {
      entry.asking = null;
    });
    return entry.asking;
  }

  async #askOnce(entry: Entry): Promise<void> {
    const { sandboxes, clock, events, notifyAuthor } = this.#deps;
    const { endpoint, key, announced: announcedBefore, isOutdated: wasAnnounced } = entry;
    try {
      const { manifest, refused } = admitLists(manifestOf(endpoint), await askLists(sandboxes, endpoint, key));
      const before = entry.askedAtMs === null ? null : entry.manifest;
      entry.manifest = manifest;
      entry.askedAtMs = clock.monotonicMs();
      entry.failedAtMs = null;
      entry.isOutdated = entry.announced !== announcedBefore;
      notifyAuthor(endpoint, refused.slice(0, LINES_MAX).map(leftOut));
      // Changed without a message: subscribers are notified from here.
      const changed = before && !wasAnnounced ? changedLists(before, manifest) : [];
      for (const method of changed) events.publish({ key, method });
    } catch (error) {
      entry.failedAtMs = clock.monotonicMs();
      const { code, detail } = asAppError(error);
      notifyAuthor(endpoint, [{ text: `its lists could not be asked for: ${code}: ${detail}` }]);
    }
  }
}

function leftOut(what: string): AuthorLine {
  return { text: `left out of its lists: ${what}` };
}

/**
 * Asks a connector for everything it lists, in the sandbox that serves the calls of this key, in no person's name.
 *
 * @throws AppError sandbox.*
 */
async function askLists(
  sandboxes: LiveManifestsDeps['sandboxes'],
  endpoint: Endpoint,
  key: IsolationKey,
): Promise<JsonObject> {
  const outcome = await sandboxes.invoke(ownInvocation(endpoint, key, { method: 'patchbay/describe', params: {} }));
  if (outcome.kind === 'complete') return outcome.result;
  throw new AppError('sandbox.invalid_result', {
    detail: outcome.kind === 'error' ? outcome.error.message : 'The connector asked for input instead of its lists.',
  });
}

const recorded = new WeakMap<Endpoint, ManifestView>();

/** The endpoint's manifest as answers read it; looked through once per endpoint, which is replaced as a whole. */
export function manifestOf(endpoint: Endpoint): ManifestView {
  const known = recorded.get(endpoint) ?? viewManifest(endpoint.manifest);
  recorded.set(endpoint, known);
  return known;
}
