import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type Clock, type Logger, systemClock } from '@patchbay/foundation';
import type { MessageSubject } from '../messages/index.ts';
import type { Change } from './change.ts';
import { type FeedConnection, openFeedConnection } from './feed-connection.ts';
import { createRelayWatch } from './relay-watch.ts';

/**
 * Follows committed changes of every organization: by notification within a second, by a poll of the revision feed when
 * a notification was lost, and by declaring all cached values doubtful when the connection itself may be dead. A
 * heartbeat that the feed sends to itself distinguishes a quiet connection from a dead one.
 */

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

export interface ChangeFeed {
  /** Resolves when the feed listens and has read the present position. Keeps trying when the database is away. */
  start(): Promise<void>;
  /** Called once per change. Returns the way to stop. */
  onChange(listener: (change: Change) => void): () => void;
  /** Called when there are messages of other gateways to read. A missed call is not repeated. */
  onMessage(listener: (subject: MessageSubject) => void): () => void;
  /** Called when changes may have been missed: everything read before is doubtful. */
  onStale(listener: () => void): () => void;
  /** Grows by one each time everything became doubtful. */
  readonly epoch: number;
  /**
   * Resolves to true once every change committed before this call has been received; to false when that cannot be
   * proved, because there is no relay or the connection broke. Takes about 200 ms and no query.
   */
  relayed(): Promise<boolean>;
  /** @throws AppError `data.stale` when nothing has confirmed the feed for 30 s */
  assertFresh(): void;
  health(): ChangeFeedHealth;
  close(): Promise<void>;
}

const RECONNECT_MS = 250;

export function createChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  const clock = options.clock ?? systemClock;
  const heartbeatMs = options.heartbeatMs ?? 2_000;
  const staleAfterMs = options.staleAfterMs ?? 30_000;
  const changeListeners = new Set<(change: Change) => void>();
  const messageListeners = new Set<(subject: MessageSubject) => void>();
  const staleListeners = new Set<() => void>();
  const started = Promise.withResolvers<void>();
  const closing = new AbortController();
  const relay = createRelayWatch(clock);
  let epoch = 0;
  let connection: FeedConnection | undefined;
  let confirmedAtMs = clock.monotonicMs();
  let loop: Promise<void> | undefined;

  const doubtEverything = () => {
    epoch += 1;
    relay.doubt();
    for (const listener of staleListeners) listener();
  };

  async function followOnce(): Promise<void> {
    connection = await openFeedConnection({
      url: options.url,
      channel: `patchbay_beat_${randomBytes(8).toString('hex')}`,
      heartbeatMs,
      pollMs: options.pollMs ?? 5_000,
      onChange: (change) => {
        for (const listener of changeListeners) listener(change);
      },
      onMessage: (subject) => {
        for (const listener of messageListeners) listener(subject);
      },
      onRelayBeat: relay.beat,
      onConfirmed: () => {
        confirmedAtMs = clock.monotonicMs();
      },
    });
    // A feed that was closed meanwhile had no connection to close.
    if (closing.signal.aborted) connection.close();
    // Changes before this moment were not received on this connection.
    confirmedAtMs = clock.monotonicMs();
    doubtEverything();
    started.resolve();
    const reason = await connection.ended;
    connection = undefined;
    doubtEverything();
    if (!closing.signal.aborted) options.logger?.warn({ reason }, 'the change feed lost its line; reconnecting');
  }

  async function follow(): Promise<void> {
    let complained = false;
    while (!closing.signal.aborted) {
      await followOnce().then(
        () => {
          complained = false;
        },
        (error: unknown) => {
          // Logged once per absence, not four times a second.
          if (!complained) options.logger?.warn({ err: error }, 'the database does not answer; trying on');
          complained = true;
        },
      );
      if (!closing.signal.aborted) await pause(RECONNECT_MS, closing.signal);
    }
  }

  return {
    start() {
      loop ??= follow();
      return started.promise;
    },
    onChange: (listener) => subscribe(changeListeners, listener),
    onMessage: (listener) => subscribe(messageListeners, listener),
    onStale: (listener) => subscribe(staleListeners, listener),
    get epoch() {
      return epoch;
    },
    relayed: relay.next,
    assertFresh() {
      const staleMs = clock.monotonicMs() - confirmedAtMs;
      if (staleMs > staleAfterMs) throw new AppError('data.stale', { retryAfterSeconds: 2 });
    },
    health: () => ({ connected: connection !== undefined, staleMs: clock.monotonicMs() - confirmedAtMs }),
    async close() {
      closing.abort();
      relay.doubt();
      started.resolve();
      connection?.close();
      await loop;
    },
  };
}

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
