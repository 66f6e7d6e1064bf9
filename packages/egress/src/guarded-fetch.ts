/**
 * The platform's own client for untrusted URLs: gateway and worker use this and nothing else. Resolves once, checks,
 * connects to that address; no redirects unless asked and then each checked; no ambient proxy variables, no cookies;
 * bytes, time and connections are bounded.
 */
import { AppError } from '@patchbay/foundation';
import { Agent, request } from 'undici';
import { type ResolveOptions, resolveDestination } from './addresses/resolve-destination.ts';

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

/**
 * The accepted options of a request of the Fetch standard. Nothing is added: no cookies, no credentials, no encoding.
 */
export type GuardedRequest = Pick<RequestInit, 'method' | 'headers' | 'body' | 'signal' | 'redirect'>;

/**
 * `fetch` of the Fetch standard, as far as OAuth libraries need it. `redirect: 'manual'` returns the redirect itself,
 * `error` refuses it; otherwise as many are followed as the options allow. Reading the body rejects with
 * `egress.too_large` past the bound.
 *
 * @throws AppError `egress.*`
 * @see https://fetch.spec.whatwg.org/
 */
export type GuardedFetch = (url: string | URL, request?: GuardedRequest) => Promise<Response>;

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
  return async function guardedFetch(url, { redirect = 'follow', ...given } = {}) {
    let next: Outgoing = await outgoing(new URL(url), given);
    for (let redirects = 0; ; redirects++) {
      const answer = await send(agent, next, { ...bounds, signal: given.signal ?? undefined });
      const location = answer.headers.location;
      const isRedirect = answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === 'string';
      if (!isRedirect || redirect === 'manual') {
        return asResponse(answer, next, { bytesMax: bounds.bytesMax, redirected: redirects > 0 });
      }
      await answer.body.dump({ limit: REDIRECT_BODY_BYTES_MAX }).catch(() => {}); // not read
      if (redirect === 'error' || redirects >= bounds.redirectsMax) {
        throw new AppError('egress.redirect_refused', { detail: `${next.url.host} redirects.` });
      }
      next = redirectedTo(next, new URL(location, next.url), answer.statusCode);
    }
  };
}

const REDIRECT_BODY_BYTES_MAX = 64 * 1024;

/** One request on its way. */
interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array | null;
}

async function outgoing(url: URL, { method = 'GET', headers, body = null }: GuardedRequest): Promise<Outgoing> {
  const sent = new Headers(headers);
  // A body of any kind that the standard knows, as bytes with its type.
  const extracted = new Response(body);
  const type = extracted.headers.get('content-type');
  if (type !== null && !sent.has('content-type')) sent.set('content-type', type);
  const bytes = body === null ? null : new Uint8Array(await extracted.arrayBuffer());
  return { url, method: method.toUpperCase(), headers: sent, body: bytes };
}

/** The headers that another origin may get; any other may contain a credential. */
const HEADERS_FOR_ANYBODY: ReadonlySet<string> = new Set(['accept', 'accept-language', 'user-agent']);
const BODY_HEADERS: readonly string[] = ['content-type', 'content-encoding', 'content-language', 'content-location'];

/**
 * The request that follows a redirect. Within an origin as the Fetch standard has it; another origin gets neither
 * credentials nor a body.
 *
 * @throws AppError `egress.redirect_refused` for 307 and 308, which demand the body, towards another origin
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
function redirectedTo(before: Outgoing, url: URL, status: number): Outgoing {
  const isSameOrigin = url.origin === before.url.origin;
  const becomesGet =
    ((status === 301 || status === 302) && before.method === 'POST') ||
    (status === 303 && before.method !== 'GET' && before.method !== 'HEAD');
  const method = becomesGet ? 'GET' : before.method;
  const body = becomesGet ? null : before.body;
  if (!isSameOrigin && body !== null) {
    throw new AppError('egress.redirect_refused', {
      detail: `${before.url.host} redirects a request with a body to ${url.host}.`,
    });
  }
  const headers = new Headers();
  for (const [name, value] of before.headers) {
    if (body === null && BODY_HEADERS.includes(name)) continue;
    if (isSameOrigin || HEADERS_FOR_ANYBODY.has(name)) headers.append(name, value);
  }
  return { url, method, headers, body };
}

type SendOptions = typeof DEFAULTS & GuardedFetchOptions & { readonly signal: AbortSignal | undefined };
type Answer = Awaited<ReturnType<typeof request>>;

async function send(agent: Agent, { url, method, headers, body }: Outgoing, options: SendOptions): Promise<Answer> {
  if (url.protocol !== 'https:' && !(options.allowHttp && url.protocol === 'http:')) {
    throw new AppError('egress.request_refused', { detail: `${url.protocol}// is not allowed here.` });
  }
  // A literal address never reaches the lookup above.
  if (/^[\d.]+$|^\[/.test(url.hostname)) await resolveDestination(url.hostname, options);
  const timeout = AbortSignal.timeout(options.timeoutMs);
  try {
    return await request(url, {
      dispatcher: agent,
      method,
      headers: Object.fromEntries(headers),
      body,
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
  } catch (error) {
    throw asEgressError(error, url);
  }
}

/** Statuses whose answers have no body. @see https://fetch.spec.whatwg.org/#null-body-status */
const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

function asResponse(
  answer: Answer,
  { url, method }: Outgoing,
  given: { readonly bytesMax: number; readonly redirected: boolean },
): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  const isEmpty = method === 'HEAD' || NULL_BODY_STATUSES.has(answer.statusCode);
  if (isEmpty) answer.body.resume();
  const body = isEmpty ? null : ReadableStream.from(boundedBody(answer.body, url, given.bytesMax));
  try {
    const response = new Response(body, { status: answer.statusCode, headers });
    // A response that is made has neither; one that was fetched has both.
    return Object.defineProperties(response, {
      url: { value: url.href },
      redirected: { value: given.redirected },
    });
  } catch (error) {
    answer.body.destroy();
    throw asEgressError(error, url);
  }
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
  const reason = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
  return new AppError('egress.upstream_failed', { detail: `${url.host}: ${reason}.`, cause: error });
}
