import { checkGraphqlBody, checkGraphqlParameters } from './graphql-document.ts';
import type { Provider, ReadRequest } from './provider.ts';

/** A request as the egress proxy is about to send it. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body's text; undefined where it was not read, because it is too long or no text. */
  readonly body: string | undefined;
}

/** Whether a request only reads, and why not. */
export type ReadRuling = { readonly isRead: true } | { readonly isRead: false; readonly reason: string };

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Headers and parameters by which servers take another method than the request has. */
const OVERRIDE_HEADERS = ['x-http-method-override', 'x-http-method', 'x-method-override'];
const OVERRIDE_PARAMETERS = new Set(['_method', '_httpmethod', '$method', 'x-http-method-override', 'x-http-method']);

/**
 * Whether the request may leave while only reads are in flight: GET, HEAD and OPTIONS where the provider keeps them
 * safe (RFC 9110 §9.2.1), and the requests that its file lists. Everything that is not certain is not a read.
 */
export function decideRead(
  { safeMethodsRead, readRequests }: Pick<Provider, 'safeMethodsRead' | 'readRequests'>,
  request: OutgoingRequest,
): ReadRuling {
  const override = overrideOf(request);
  if (override) return notRead(`${override} can replace the method`);
  const { method } = request;
  const path = request.url.pathname;
  if (readRequests.some((pattern) => pattern.graphql && isSamePath(pattern.path, path))) return decideGraphql(request);
  if (safeMethodsRead && SAFE_METHODS.has(method)) return { isRead: true };
  if (!isPlainPath(path)) return notRead('the path has more than one spelling');
  const isListed = readRequests.some((pattern) => covers(pattern.method, method) && matchPath(pattern.path, path));
  return isListed ? decideBody(request) : notRead(`${method} ${path} is not listed as reading`);
}

/** A listed request: its form must not replace the method either, as Rack and others let it. */
function decideBody({ headers, body }: OutgoingRequest): ReadRuling {
  const type = String(headers['content-type'] ?? '').toLowerCase();
  if (type.startsWith('multipart/')) return notRead('a multipart body is not a read');
  if (!type.startsWith('application/x-www-form-urlencoded')) return { isRead: true };
  if (body === undefined || headers['content-encoding'] !== undefined) return notRead('the form was not read');
  const field = findOverride(new URLSearchParams(body));
  return field === undefined ? { isRead: true } : notRead(`${field} can replace the method`);
}

function decideGraphql({ method, url, headers, body }: OutgoingRequest): ReadRuling {
  if (method === 'GET')
    return rulingOf(body ? 'a GET with a body is not a read' : checkGraphqlParameters(url.searchParams));
  if (method === 'HEAD' || method === 'OPTIONS') return { isRead: true };
  if (method !== 'POST') return notRead(`GraphQL has no ${method}`);
  if (url.search !== '') return notRead('a GraphQL request has its document in the body, not in the URL too');
  const type = headers['content-type'];
  if (typeof type !== 'string' || !/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type))
    return notRead('only GraphQL requests in JSON are read');
  if (headers['content-encoding'] !== undefined) return notRead('an encoded body is not read');
  return rulingOf(body === undefined ? 'the body was not read' : checkGraphqlBody(body));
}

/** A pattern's method; HEAD is GET without an answer's body. */
function covers(pattern: ReadRequest['method'], method: string): boolean {
  return pattern === method || (pattern === 'GET' && method === 'HEAD');
}

function matchPath(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return wanted.length === given.length && wanted.every((part, at) => matchSegment(part, given[at] ?? ''));
}

/** A wildcard takes no colon, so that `*` is an id and never an id with a custom method behind it. */
function matchSegment(part: string, given: string): boolean {
  if (!part.startsWith('*')) return part === given;
  const verb = part.slice(1);
  const id = given.slice(0, given.length - verb.length);
  return given.endsWith(verb) && id !== '' && !id.includes(':');
}

/** Whether a server could take the path for the one of a GraphQL endpoint: more spellings than `matchPath` accepts. */
function isSamePath(wanted: string, path: string): boolean {
  let decoded = path;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    // A broken escape is no endpoint's path; the comparison below fails.
  }
  const plain = decoded
    .toLowerCase()
    .replaceAll(/[/\\]+/g, '/')
    .replace(/(?<=.)\/$/, '');
  return matchPath(wanted.toLowerCase(), plain);
}

/** No percent-encoded separator or dot, no empty segment, no parameter of a segment: a server reads the path as it is. */
function isPlainPath(path: string): boolean {
  return !/%(?:2[ef5]|5c|3b|00)|\/\/|\\|;/i.test(path);
}

function overrideOf({ headers, url }: OutgoingRequest): string | undefined {
  const header = OVERRIDE_HEADERS.find((name) => headers[name] !== undefined);
  return header ?? findOverride(url.searchParams);
}

function findOverride(parameters: URLSearchParams): string | undefined {
  return [...parameters.keys()].find((name) => OVERRIDE_PARAMETERS.has(name.toLowerCase()));
}

function rulingOf(reason: string | null): ReadRuling {
  return reason === null ? { isRead: true } : notRead(reason);
}

function notRead(reason: string): ReadRuling {
  return { isRead: false, reason };
}
