import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type Clock, type Logger, systemClock } from '@patchbay/foundation';
import type { MessageSubject } from '../messages/index.ts';
import type { Change } from './change.ts';
import { FeedConnection } from './feed-connection.ts';
import { RelayWatch } from './relay-watch.ts';

export interface ChangeFeedOptions {
  /** Direct connection string (never a transaction pooler) of `patchbay_app`. */
  readonly url: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly heartbeatMs?: number;
  readonly pollMs?: number;
  readonly staleAfterMs?: number;
}

export interface ChangeFeedHealth {
  readonly connected: boolean;
  /** Since the feed was last known to be complete. */
  readonly staleMs: number;
}

const RECONNECT_MS = 250;

/**
 * Follows committed changes of every organization: by notification within a second, by a poll of the revision feed when
 * a notification was lost, and by declaring all cached values doubtful when the connection itself may be dead. A
 * heartbeat that the feed sends to itself distinguishes a quiet connection from a dead one.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #clock: Clock;
  readonly #relay: RelayWatch;
  readonly #changeListeners = new Set<(change: Change) => void>();
  readonly #messageListeners = new Set<(subject: MessageSubject) => void>();
  readonly #staleListeners = new Set<() => void>();
  readonly #started = Promise.withResolvers<void>();
  readonly #closing = new AbortController();
  #epoch = 0;
  #connection: FeedConnection | undefined;
  #confirmedAtMs: number;
  #loop: Promise<void> | undefined;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#relay = new RelayWatch(this.#clock);
    this.#confirmedAtMs = this.#clock.monotonicMs();
  }

  /** Grows by one each time everything became doubtful. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Resolves when the feed listens and has read the present position. Keeps trying when the database is away. */
  start(): Promise<void> {
    this.#loop ??= this.#follow();
    return this.#started.promise;
  }

  /** Called once per change. Returns the way to stop. */
  onChange(listener: (change: Change) => void): () => void {
    return subscribe(this.#changeListeners, listener);
  }

  /** Called when there are messages of other gateways to read. A missed call is not repeated. */
  onMessage(listener: (subject: MessageSubject) => void): () => void {
    return subscribe(this.#messageListeners, listener);
  }

  /** Called when changes may have been missed: everything read before is doubtful. */
  onStale(listener: () => void): () => void {
    return subscribe(this.#staleListeners, listener);
  }

  /**
   * Resolves to true once every change committed before this call has been received; to false when that cannot be
   * proved, because there is no relay or the connection broke. Takes about 200 ms and no query.
   */
  relayed(): Promise<boolean> {
    return this.#relay.next();
  }

  /** @throws AppError `data.stale` when nothing has confirmed the feed for 30 s */
  assertFresh(): void {
    const { staleMs } = this.health();
    if (staleMs > (this.#options.staleAfterMs ?? 30_000)) throw new AppError('data.stale', { retryAfterSeconds: 2 });
  }

  health(): ChangeFeedHealth {
    const staleMs = this.#clock.monotonicMs() - this.#confirmedAtMs;
    return { connected: this.#connection !== undefined, staleMs };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#relay.doubt();
    this.#started.resolve();
    this.#connection?.close();
    await this.#loop;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    let complained = false;
    while (!signal.aborted) {
      await this.#followOnce().then(
        () => {
          complained = false;
        },
        (error: unknown) => {
          // Logged once per absence, not four times a second.
          if (!complained) this.#options.logger?.warn({ err: error }, 'the database does not answer; trying on');
          complained = true;
        },
      );
      if (!signal.aborted) await pause(RECONNECT_MS, signal);
    }
  }

  async #followOnce(): Promise<void> {
    const connection = await this.#connect();
    this.#connection = connection;
    // A feed that was closed meanwhile had no connection to close.
    if (this.#closing.signal.aborted) connection.close();
    // Changes before this moment were not received on this connection.
    this.#confirmedAtMs = this.#clock.monotonicMs();
    this.#doubtEverything();
    this.#started.resolve();
    const reason = await connection.ended;
    this.#connection = undefined;
    this.#doubtEverything();
    if (!this.#closing.signal.aborted) {
      this.#options.logger?.warn({ reason }, 'the change feed lost its line; reconnecting');
    }
  }

  #connect(): Promise<FeedConnection> {
    const { url, heartbeatMs = 2_000, pollMs = 5_000 } = this.#options;
    return FeedConnection.open({
      url,
      channel: `patchbay_heartbeat_${randomBytes(8).toString('hex')}`,
      heartbeatMs,
      pollMs,
      onChange: (change) => {
        for (const listener of this.#changeListeners) listener(change);
      },
      onMessage: (subject) => {
        for (const listener of this.#messageListeners) listener(subject);
      },
      onRelayHeartbeat: () => this.#relay.onHeartbeat(),
      onConfirmed: () => {
        this.#confirmedAtMs = this.#clock.monotonicMs();
      },
    });
  }

  #doubtEverything(): void {
    this.#epoch += 1;
    this.#relay.doubt();
    for (const listener of this.#staleListeners) listener();
  }
}

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
