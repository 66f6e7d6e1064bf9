import type { Counter, LimitScope } from './counter.ts';

/** A slot for one call. Released exactly once, whatever happened. */
export interface Permit {
  release(): void;
}

/** A counter after a call was counted, or as it was found. */
export interface CounterState {
  readonly counter: Counter;
  /** Calls that the rate admits now. */
  readonly remaining: number;
  /** Until the whole burst is there again. */
  readonly fullInSeconds: number;
  /** Null where it is not known. */
  readonly inFlight: number | null;
}

/** The limit that refused a call. */
export interface Refusal {
  readonly counter: Counter;
  readonly kind: 'rate' | 'concurrency';
  readonly retryAfterSeconds: number;
}

export type Admittance =
  | { readonly permit: Permit; readonly states: readonly CounterState[] }
  | { readonly refusal: Refusal };

/** Where calls are counted now. */
export interface LimiterCondition {
  readonly countedBy: 'redis' | 'process';
  /** Gateways that share the limits, as far as this one knows. */
  readonly gateways: number;
  /** Why this process counts although there is a Redis; null when it does not. */
  readonly problem: string | null;
}

/** Counts calls against every limit that they have. */
export interface CallLimiter {
  /** Takes room under all of the counters, or under none. Never rejects. */
  admit(counters: readonly Counter[]): Promise<Admittance>;
  /** The counters as they are, without counting anything. Never rejects. */
  read(counters: readonly Counter[]): Promise<readonly CounterState[]>;
  condition(): LimiterCondition;
  /** Resolves when calls are counted together with the other gateways, or that did not come about in time. */
  start(): Promise<void>;
  close(): void;
}

/** How long a caller over a concurrency limit waits: calls end at any time. */
export const BUSY_RETRY_SECONDS = 1;

/** The name of a scope for people. */
export const SCOPE_NAMES: Readonly<Record<LimitScope, string>> = {
  person: 'one person at this connector',
  tool: 'this tool',
  client: 'this client',
  connector: 'this connector',
  organization: 'this organization',
};
