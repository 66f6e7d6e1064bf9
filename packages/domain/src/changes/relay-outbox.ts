import type { Logger } from '@patchbay/foundation';

export interface OutboxRelayOptions {
  /** Connection string of `patchbay_app`. */
  readonly url: string;
  readonly logger?: Logger;
  /** Between two looks at the outbox; at least 20 ms, so that there are at most 50 notifying transactions a second. */
  readonly intervalMs?: number;
}

export interface OutboxRelay {
  close(): Promise<void>;
}

/** Turns committed outbox rows into notifications, coalesced. Runs in the worker; several at once share the work. */
export declare function relayOutbox(options: OutboxRelayOptions): OutboxRelay;
