import type { IncomingHttpHeaders } from 'node:http';

/** The endpoints of a stand-in provider that can fail apart from each other. */
export type ProviderEndpoint = 'authorize' | 'token' | 'revoke' | 'metadata' | 'api';

/** A request that arrived at a stand-in provider, whether or not it was answered. */
export interface ProviderRequest {
  readonly endpoint: ProviderEndpoint;
  readonly method: string;
  readonly host: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The account of its credential, once that is known. */
  account: string | null;
  /** Null while it is not answered. */
  status: number | null;
}

export interface ProviderAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, everything else as JSON. */
  readonly body: unknown;
}

/**
 * A failure of one request: `before` the provider does what is asked, or `after`, when it has done it and the answer is
 * lost. `drop` closes the connection; `hold` waits, for a provider that is slow or hangs.
 */
export type Fault = { readonly when: 'before' | 'after' } & (
  | { readonly act: 'drop' }
  | { readonly act: 'hold'; readonly until: Promise<unknown> }
  | { readonly act: 'answer'; readonly answer: ProviderAnswer }
);

/** Ready faults. */
export const FAULTS = {
  unreachable: { when: 'before', act: 'drop' },
  lostAnswer: { when: 'after', act: 'drop' },
  failing: { when: 'before', act: 'answer', answer: { status: 500, body: 'Internal Server Error' } },
  limited: {
    when: 'before',
    act: 'answer',
    answer: { status: 429, headers: { 'retry-after': '30' }, body: { error: 'slow_down' } },
  },
  invalidGrant: { when: 'before', act: 'answer', answer: { status: 400, body: { error: 'invalid_grant' } } },
  invalidJson: { when: 'before', act: 'answer', answer: { status: 200, body: '<html>maintenance</html>' } },
  /** The provider has rotated, and its answer cannot be read. */
  garbledAnswer: { when: 'after', act: 'answer', answer: { status: 200, body: '{"access_token":' } },
  unauthorized: { when: 'before', act: 'answer', answer: { status: 401, body: { error: 'invalid_token' } } },
} as const satisfies Record<string, Fault>;

/** A request that waits in the provider until the test releases it. */
export interface Hold {
  /** Resolves when a request has arrived at it. */
  readonly reached: Promise<ProviderRequest>;
  release(): void;
}

interface Planned {
  readonly endpoint: ProviderEndpoint;
  readonly fault: Fault;
  readonly onReached?: (request: ProviderRequest) => void;
  /** Requests that it still holds for. */
  times: number;
}

/** The faults that a test has switched on, in their order: a request gets the first of its endpoint. */
export class ProviderFaults {
  #planned: Planned[] = [];

  /** For the next requests of the endpoint; `Number.POSITIVE_INFINITY` until `clear`. */
  add(endpoint: ProviderEndpoint, fault: Fault, times = 1): void {
    this.#planned.push({ endpoint, fault, times });
  }

  /** Holds the next request of the endpoint before or after the provider does what it asks. */
  hold(endpoint: ProviderEndpoint, when: 'before' | 'after' = 'before'): Hold {
    const reached = Promise.withResolvers<ProviderRequest>();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#planned.push({
      endpoint,
      fault: { when, act: 'hold', until: promise },
      onReached: reached.resolve,
      times: 1,
    });
    return { reached: reached.promise, release: resolve };
  }

  clear(): void {
    this.#planned = [];
  }

  /** The fault of this request. */
  take(endpoint: ProviderEndpoint): Pick<Planned, 'fault' | 'onReached'> | undefined {
    const planned = this.#planned.find((one) => one.endpoint === endpoint);
    if (!planned) return undefined;
    planned.times -= 1;
    if (planned.times <= 0) this.#planned = this.#planned.filter((one) => one !== planned);
    return planned;
  }
}
