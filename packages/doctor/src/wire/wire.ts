import { within } from '@patchbay/foundation';
import type { Redactor } from './redactor.ts';
import { WireFailure, wireFailure } from './wire-failure.ts';

/** `fetch` of the Fetch standard, as far as it is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The most that one diagnosis may cost each host. */
export interface Budget {
  readonly requestsMax: number;
  readonly bytesMax: number;
  /** For a single request, unless it has a bound of its own. */
  readonly timeoutMs: number;
}

export const DEFAULT_BUDGET: Budget = { requestsMax: 250, bytesMax: 8 * 1024 * 1024, timeoutMs: 30_000 };

export interface WireOptions {
  readonly fetch: Fetch;
  readonly redactor: Redactor;
  readonly budget: Budget;
  /** Whether a host other than the target's may be asked: the person decides, once per host. */
  readonly allowHost: (host: string, because: string) => Promise<boolean>;
  readonly signal: AbortSignal;
}

export interface Outgoing {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
  /** Reading stops when this holds of what was read; the stream then has `settleMs` to end by itself. */
  readonly until?: (text: string) => boolean;
  /** The beginning of the answer is enough: a stream is closed after its headers. */
  readonly headOnly?: boolean;
}

/** A request and all that came back. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly ms: number;
  /** False when the answer had to be cut off although it was complete. */
  readonly ended: boolean;
}

/** Time for a stream to end after the message that was waited for. Milliseconds. */
const SETTLE_MS = 1_500;

/** The only way out: no redirect is followed, each host is bounded, and the person is asked first about a host they did not name. */
export class Wire {
  readonly #options: WireOptions;
  readonly #settleMs: number;
  readonly #allowed = new Map<string, Promise<boolean>>();
  readonly #spent = new Map<string, { requests: number; bytes: number }>();

  constructor(target: URL, options: WireOptions, settleMs = SETTLE_MS) {
    this.#options = options;
    this.#settleMs = settleMs;
    this.#allowed.set(target.host, Promise.resolve(true));
  }

  get redactor(): Redactor {
    return this.#options.redactor;
  }

  /** Hosts that were asked, with the number of requests. */
  get spent(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#spent].map(([host, { requests }]) => [host, requests]));
  }

  /** Asks the person once per host. @throws WireFailure host_not_allowed */
  async mayAsk(url: URL, because: string): Promise<void> {
    const asked = this.#allowed.get(url.host) ?? this.#options.allowHost(url.host, because);
    this.#allowed.set(url.host, asked);
    if (!(await asked)) throw new WireFailure('host_not_allowed', `${url.host} was not asked: ${because}.`);
  }

  /** @throws WireFailure */
  async send(to: string | URL, outgoing: Outgoing = {}): Promise<Exchange> {
    const url = new URL(to);
    await this.mayAsk(url, `it was named by ${[...this.#allowed.keys()][0]}`);
    const spent = this.#spend(url.host);
    const { method = 'GET', headers = {}, body, timeoutMs = this.#options.budget.timeoutMs } = outgoing;
    const timeout = AbortSignal.timeout(timeoutMs);
    const cut = new AbortController();
    const signal = AbortSignal.any([timeout, cut.signal, this.#options.signal]);
    const started = performance.now();
    try {
      const init: RequestInit = { method, headers: { ...headers }, redirect: 'manual', signal };
      if (body !== undefined) init.body = body;
      const response = await this.#options.fetch(url.href, init);
      const { text, ended } = await this.#read(response, outgoing, spent);
      const { status } = response;
      return { method, url: url.href, status, headers: response.headers, text, ended, ms: performance.now() - started };
    } catch (error) {
      if (error instanceof WireFailure) throw error;
      if (this.#options.signal.aborted) throw new WireFailure('aborted', 'The diagnosis was interrupted.');
      if (timeout.aborted) throw new WireFailure('timeout', `No complete answer within ${timeoutMs} ms.`);
      throw wireFailure(error);
    } finally {
      cut.abort();
    }
  }

  #spend(host: string): { requests: number; bytes: number } {
    const spent = this.#spent.get(host) ?? { requests: 0, bytes: 0 };
    this.#spent.set(host, spent);
    spent.requests += 1;
    if (spent.requests > this.#options.budget.requestsMax) {
      throw new WireFailure('budget', `${host} was asked ${this.#options.budget.requestsMax} times; that is enough.`);
    }
    return spent;
  }

  async #read(response: Response, { until, headOnly }: Outgoing, spent: { bytes: number }) {
    const reader = response.body?.getReader();
    if (!reader) return { text: '', ended: true };
    const decoder = new TextDecoder();
    let text = '';
    let isComplete = headOnly === true && isStream(response);
    for (;;) {
      if (isComplete && headOnly) return { text, ended: true };
      const next = isComplete
        ? await within(this.#settleMs, reader.read(), () => new StreamOpen()).catch(stillOpen)
        : await reader.read();
      if (next === 'open') return { text, ended: false };
      if (next.done) return { text: text + decoder.decode(), ended: true };
      spent.bytes += next.value.length;
      if (spent.bytes > this.#options.budget.bytesMax) {
        throw new WireFailure('budget', `The host sent more than ${this.#options.budget.bytesMax} bytes.`);
      }
      text += decoder.decode(next.value, { stream: true });
      isComplete ||= until?.(text) === true;
    }
  }
}

/** Not a failure: the stream has no more to send, and does not end. */
class StreamOpen extends Error {}

function stillOpen(error: unknown): 'open' {
  if (error instanceof StreamOpen) return 'open';
  throw error;
}

export function isStream({ headers }: Pick<Response, 'headers'>): boolean {
  return headers.get('content-type')?.includes('text/event-stream') === true;
}
