export interface BatchOptions {
  /** Milliseconds to wait for more ids; 0 (the default) gathers what is asked for in the same tick. */
  readonly windowMs?: number;
  /** Most ids in one upstream call. Default 100. */
  readonly sizeMax?: number;
}

/**
 * Gathers single look-ups into one upstream call: ids asked for within the window, by this call or by another call of the
 * same person, go to `loadMany` together, each id once. Its map must hold a value for each id that exists;
 * an id without one rejects with `Nothing was found for …`.
 *
 * `name` identifies the look-up: calls with one name must pass a `loadMany` that does the same. Ids are strings or
 * numbers; objects would never be equal.
 */
export type Batch = <Id, T>(
  name: string,
  id: Id,
  loadMany: (ids: readonly Id[]) => Promise<ReadonlyMap<Id, T>>,
  options?: BatchOptions,
) => Promise<T>;

type LoadMany = (ids: readonly unknown[]) => Promise<ReadonlyMap<unknown, unknown>>;

interface Gathering {
  readonly ids: Set<unknown>;
  /** Settles when the upstream call of this gathering has answered. */
  readonly loaded: Promise<ReadonlyMap<unknown, unknown>>;
  /** Signal of the call that makes the upstream call. */
  readonly leader: AbortSignal;
  start(): void;
}

/** The open gatherings of one connector. Persons never share one: an upstream call is made with one person's rights. */
export class BatchStore {
  readonly #open = new Map<string, Gathering>();

  /** `batch` as one call sees it. */
  forCall(scopeKey: string, signal: AbortSignal): Batch {
    return async <Id, T>(
      name: string,
      id: Id,
      loadMany: (ids: readonly Id[]) => Promise<ReadonlyMap<Id, T>>,
      options: BatchOptions = {},
    ) => {
      const key = JSON.stringify([name, scopeKey]);
      // The name vouches for the types, see Batch.
      const value = await this.#load(key, id, loadMany as unknown as LoadMany, { ...options, signal });
      return value as T; // what loadMany put under this id
    };
  }

  async #load(
    key: string,
    id: unknown,
    loadMany: LoadMany,
    options: BatchOptions & { signal: AbortSignal },
  ): Promise<unknown> {
    const gathering = this.#open.get(key) ?? this.#gather(key, loadMany, options);
    gathering.ids.add(id);
    if (gathering.ids.size >= (options.sizeMax ?? 100)) gathering.start();
    let found: ReadonlyMap<unknown, unknown>;
    try {
      found = await gathering.loaded;
    } catch (error) {
      // Only the call that did the upstream call went away; this one still wants its answer.
      if (gathering.leader.aborted && !options.signal.aborted) return this.#load(key, id, loadMany, options);
      throw error;
    }
    if (!found.has(id)) throw new Error(`Nothing was found for ${JSON.stringify(id)}.`);
    return found.get(id);
  }

  #gather(key: string, loadMany: LoadMany, options: BatchOptions & { signal: AbortSignal }): Gathering {
    const ids = new Set<unknown>();
    const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<unknown, unknown>>();
    const start = () => {
      if (this.#open.get(key) !== gathering) return;
      this.#open.delete(key);
      clearTimeout(timer);
      (async () => loadMany([...ids]))().then(resolve, reject);
    };
    const gathering: Gathering = { ids, loaded: promise, leader: options.signal, start };
    this.#open.set(key, gathering);
    const timer = setTimeout(start, options.windowMs ?? 0);
    return gathering;
  }
}
