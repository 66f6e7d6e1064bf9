/**
 * The platform's own way to addresses that strangers name: gateway and worker use this and nothing else (S8).
 * Resolves once, checks, connects to that address; no redirects unless asked and then each checked; no ambient proxy
 * variables, no cookies; bytes, time and connections are bounded.
 */
import { AppError } from '@patchbay/foundation';
import { Agent, request } from 'undici';
import { type ResolveOptions, resolveDestination } from './resolve-destination.ts';

export interface GuardedFetchOptions extends ResolveOptions {
  /** Whether plain http is allowed; https only by default. */
  readonly allowHttp?: boolean;
  readonly bytesMax?: number;
  readonly timeoutMs?: number;
  /** Redirects that are followed, each checked like a first request. Default 0. */
  readonly redirectsMax?: number;
  readonly connectionsMax?: number;
  /** Certificate authorities instead of the system's; for tests and private registries. */
  readonly certificateAuthorities?: readonly string[];
}

export interface GuardedRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

export interface GuardedResponse {
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Ends with `egress.too_large` past the bound. */
  readonly body: AsyncIterable<Uint8Array>;
  bytes(): Promise<Uint8Array>;
  text(): Promise<string>;
  json(): Promise<unknown>;
}

export type GuardedFetch = (url: string | URL, request?: GuardedRequest) => Promise<GuardedResponse>;

const DEFAULTS = { bytesMax: 16 * 1024 * 1024, timeoutMs: 30_000, redirectsMax: 0, connectionsMax: 32 };

/** A fetch with these bounds. One per purpose; it keeps its own connections. */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const bounds = { ...DEFAULTS, ...options };
  const ca = options.certificateAuthorities && { ca: [...options.certificateAuthorities] };
  const agent = new Agent({
    connections: bounds.connectionsMax,
    connect: {
      ...ca,
      timeout: bounds.timeoutMs,
      // The one place a name becomes an address; undici connects to exactly what this answers.
      lookup: (host, _options, done) => {
        resolveDestination(host, options).then(
          (address) => done(null, [{ address, family: address.includes(':') ? 6 : 4 }]),
          (error: Error) => done(error, []),
        );
      },
    },
  });
  return async function guardedFetch(url, given = {}) {
    let target = new URL(url);
    for (let redirects = 0; ; redirects++) {
      const response = await send(agent, target, { ...given }, bounds);
      const location = response.headers.location;
      if (response.status < 300 || response.status >= 400 || typeof location !== 'string') return response;
      if (redirects >= bounds.redirectsMax) {
        throw new AppError('egress.redirect_refused', { detail: `${target.host} redirects.` });
      }
      await response.bytes();
      target = new URL(location, target);
    }
  };
}

async function send(
  agent: Agent,
  url: URL,
  given: GuardedRequest,
  bounds: typeof DEFAULTS & GuardedFetchOptions,
): Promise<GuardedResponse> {
  if (url.protocol !== 'https:' && !(bounds.allowHttp && url.protocol === 'http:')) {
    throw new AppError('egress.request_refused', { detail: `${url.protocol}// is not allowed here.` });
  }
  // A literal address never reaches the lookup above.
  if (/^[\d.]+$|^\[/.test(url.hostname)) await resolveDestination(url.hostname, bounds);
  const timeout = AbortSignal.timeout(bounds.timeoutMs);
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method: given.method ?? 'GET',
      headers: { ...given.headers },
      body: given.body ?? null,
      signal: given.signal ? AbortSignal.any([given.signal, timeout]) : timeout,
    });
    return asResponse(url, answer, bounds.bytesMax);
  } catch (error) {
    throw asEgressError(error, url);
  }
}

function asResponse(url: URL, answer: Awaited<ReturnType<typeof request>>, bytesMax: number): GuardedResponse {
  const body = boundedBody(answer.body, url, bytesMax);
  const bytes = async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const text = async () => Buffer.from(await bytes()).toString('utf8');
  return {
    url: url.href,
    status: answer.statusCode,
    headers: answer.headers,
    body,
    bytes,
    text,
    json: async (): Promise<unknown> => JSON.parse(await text()),
  };
}

async function* boundedBody(body: AsyncIterable<Uint8Array>, url: URL, bytesMax: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  try {
    for await (const chunk of body) {
      seen += chunk.byteLength;
      if (seen > bytesMax)
        throw new AppError('egress.too_large', { detail: `${url.host} sent more than ${bytesMax} bytes.` });
      yield chunk;
    }
  } catch (error) {
    throw asEgressError(error, url);
  }
}

function asEgressError(error: unknown, url: URL): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof Error && error.cause instanceof AppError) return error.cause;
  const said = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
  return new AppError('egress.upstream_failed', { detail: `${url.host}: ${said}.`, cause: error });
}
