/**
 * The sandbox's only way out, as code: `fetch` and `http(s).request` become plain requests with the full https URL over
 * the egress socket. The supervisor's proxy decides, opens TLS itself and answers; no certificate is in here. This is
 * convenience, not isolation: code that bypasses it finds a network without any interface.
 */
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

type OnResponse = (response: IncomingMessage) => void;

/** Returns the socket's path, when it is first needed: a snapshot is taken before there is one. */
type SocketPath = () => string;

/** The egress socket: an argument of this process, or its place in a sandbox. */
export const egressSocketPath: SocketPath = () => process.argv[2] ?? '/run/egress.sock';
/** The token of the call that sends a request, by which the proxy knows the call; undefined outside of one. */
type TokenOfCall = () => string | undefined;

interface Route {
  readonly socketPath: SocketPath;
  readonly tokenOfCall: TokenOfCall;
}

/** The header that carries the token; the proxy takes it out. */
const CALL_HEADER = 'patchbay-call';

/** Routes everything over the socket. */
export function installEgressRoute(route: Route): void {
  installFetch(route);
  installRequestOnDemand(route);
}

/** Where Node's own fetch finds the dispatcher; the second since its handlers changed. */
const DISPATCHERS = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')];

interface Dispatcher {
  dispatch(options: { origin: string | URL; path: string; [key: string]: unknown }, handler: unknown): boolean;
}

/** Node's own fetch stays; only the dispatcher below it changes, lazily, because loading it costs milliseconds. */
function installFetch({ socketPath, tokenOfCall }: Route): void {
  const nativeFetch = globalThis.fetch;
  let isRouted = false;
  const routedFetch: typeof fetch = (input, init) => {
    if (!isRouted) {
      routeDispatcher(socketPath(), tokenOfCall);
      isRouted = true;
    }
    return nativeFetch(input, init).catch((error: unknown) => {
      throw explain(error);
    });
  };
  Object.defineProperty(globalThis, 'fetch', { value: routedFetch, writable: true, configurable: true });
}

function routeDispatcher(socketPath: string, tokenOfCall: TokenOfCall): void {
  Reflect.get(globalThis, 'Response'); // makes Node load its fetch and set its dispatchers
  const holder = globalThis as unknown as Record<symbol, Dispatcher | undefined>; // Node types do not know these symbols
  const found = DISPATCHERS.filter((symbol) => holder[symbol] !== undefined);
  if (found.length === 0) throw new Error('This Node has no global dispatcher for fetch.');
  for (const symbol of found) {
    holder[symbol] = routed(holder[symbol] as Dispatcher, socketPath, tokenOfCall); // just filtered
  }
}

function routed(native: Dispatcher, socketPath: string, tokenOfCall: TokenOfCall): Dispatcher {
  // Node exports no Agent of its own fetch; the global dispatcher is one.
  const Agent = native.constructor as new (options: object) => Dispatcher;
  const agent = new Agent({ connect: { socketPath }, connections: 20 });
  const dispatcher: Dispatcher = {
    dispatch: (options, handler) => {
      const path = `${new URL(options.origin).origin}${options.path}`;
      const headers = withToken(options.headers, tokenOfCall());
      return agent.dispatch({ ...options, headers, origin: 'http://egress', path }, handler);
    },
  };
  return Object.setPrototypeOf(dispatcher, native) as Dispatcher; // the same object
}

/** The headers of a dispatched request, which are pairs in a row or an object, with the call's token. */
function withToken(headers: unknown, token: string | undefined): unknown {
  if (!token) return headers;
  if (Array.isArray(headers)) return [...headers, CALL_HEADER, token];
  return { ...(headers as object | undefined), [CALL_HEADER]: token }; // one of the two forms
}

/** "fetch failed" is no explanation; the reason is one level down. */
function explain(error: unknown): unknown {
  if (error instanceof TypeError && error.message === 'fetch failed' && error.cause instanceof Error) {
    return new TypeError(`fetch failed: ${error.cause.message}`, { cause: error.cause });
  }
  return error;
}

/** Node's `http` costs milliseconds and fits into no snapshot: it is loaded, and routed, for the connector that asks for it. */
function installRequestOnDemand({ socketPath, tokenOfCall }: Route): void {
  const load = process.getBuiltinModule.bind(process);
  let isRouted = false;
  const routedLoad = (name: string) => {
    if (!isRouted && /^(node:)?https?$/.test(name)) {
      isRouted = true;
      installRequest(socketPath(), tokenOfCall, { http: load('node:http'), https: load('node:https') });
    }
    return load(name);
  };
  process.getBuiltinModule = routedLoad as typeof process.getBuiltinModule; // the same signature, without its overloads
}

interface RequestModules {
  readonly http: typeof import('node:http');
  readonly https: typeof import('node:https');
}

function installRequest(socketPath: string, tokenOfCall: TokenOfCall, { http, https }: RequestModules): void {
  const nativeRequest = http.request;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 20 });
  const route = (protocol: 'http:' | 'https:') => {
    const request = (...given: unknown[]): ClientRequest => {
      const { options, onResponse } = requestArguments(given, protocol);
      // A socket of its own: the egress socket spoken to directly, or one the connector made in its scratch.
      if (options.socketPath) return nativeRequest(options, onResponse);
      const { hostname, host, port, path, headers, method, signal, timeout } = options;
      const name = hostname ?? host?.split(':')[0] ?? 'localhost';
      const scheme = options.protocol ?? protocol;
      const authority = port ? `${name}:${port}` : name;
      const sent = nativeRequest(
        { agent, socketPath, path: `${scheme}//${authority}${path ?? '/'}`, method, headers, signal, timeout },
        onResponse,
      );
      const token = tokenOfCall();
      if (token && !sent.headersSent) sent.setHeader(CALL_HEADER, token);
      return sent;
    };
    const get = (...given: unknown[]): ClientRequest => {
      const sent = request(...given);
      sent.end();
      return sent;
    };
    return { request, get };
  };
  Object.assign(http, route('http:'));
  Object.assign(https, route('https:'));
  syncBuiltinESMExports();
}

/** `request(url, options?, callback?)` or `request(options, callback?)`, as Node takes them. */
function requestArguments(given: unknown[], protocol: string): { options: RequestOptions; onResponse?: OnResponse } {
  const [first, second, third] = given;
  // A function among the arguments of http.request can only be its callback.
  const onResponse = [second, third].find((value) => typeof value === 'function') as OnResponse | undefined;
  if (typeof first !== 'string' && !(first instanceof URL))
    // Neither text nor URL: the options, as the overloads of http.request have it. Node checks what is in them.
    return { options: { ...(first as RequestOptions) }, onResponse };
  const url = new URL(first);
  // As above.
  const extra = typeof second === 'object' && second !== null ? (second as RequestOptions) : {};
  const auth = url.username ? { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` } : {};
  return {
    options: {
      protocol: url.protocol || protocol,
      hostname: url.hostname,
      port: url.port,
      path: `${url.pathname}${url.search}`,
      ...auth,
      ...extra,
    },
    onResponse,
  };
}
