import { type Found, found } from '../rules/index.ts';
import { parseChallenge } from '../wire/challenge.ts';
import { parseObject } from '../wire/rpc.ts';
import type { Exchange } from '../wire/wire.ts';

export type Answer = Pick<Exchange, 'status' | 'headers' | 'text'>;

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|.*\.localhost)$/;
export const isLoopback = (url: URL): boolean => LOOPBACK.test(url.hostname);

/** The URL by itself. */
export function checkUrl(url: URL): Found[] {
  if (isLoopback(url)) return [found('reach.local', url.host)];
  if (url.protocol !== 'https:') return [found('reach.plain-http', url.protocol)];
  return url.port === '' ? [] : [found('reach.port', `port ${url.port}`)];
}

/**
 * The first requests of a client, without a token: with any `Accept`, with both types in it, and GET.
 */
export function checkFirstAnswers(any: Answer, both: Answer, get: Answer): Found[] {
  const findings: Found[] = [];
  if (isRedirect(both)) findings.push(found('reach.redirect', statusOf(both)));
  else if (both.status >= 500) findings.push(found('reach.server-error', statusOf(both)));
  else if (both.status === 404) findings.push(found('reach.not-found', statusOf(both)));
  else if (any.status === 406) {
    findings.push(found(both.status === 401 ? 'reach.accept' : 'reach.accept-open', statusOf(any)));
  }
  if (get.status >= 500) findings.push(found('reach.get', statusOf(get)));
  return findings;
}

export interface WithoutToken {
  readonly initialize: Answer;
  readonly discover: Answer;
  readonly badToken: Answer | null;
  /** Whether a document declares this URL a protected resource. */
  readonly hasDocument: boolean;
}

/** Answers to requests without a token, and to one with an invented token. @see RFC 9728 §5.1 */
export function checkChallenge({ initialize, discover, badToken, hasDocument }: WithoutToken): Found[] {
  if (isSuccess(initialize)) {
    return hasDocument ? [found('challenge.open-initialize', statusOf(initialize))] : [];
  }
  if (initialize.status !== 401) return [found('challenge.status', statusOf(initialize))];
  const findings: Found[] = [];
  if (isSuccess(discover) && parseObject(discover.text)?.result !== undefined) {
    findings.push(found('challenge.open-discover', statusOf(discover)));
  }
  const header = initialize.headers.get('www-authenticate');
  const challenge = parseChallenge(header);
  const named = challenge?.parameters.get('resource_metadata');
  if (challenge === null) findings.push(found('challenge.no-header', header ?? 'no WWW-Authenticate'));
  else if (named === undefined) findings.push(found('challenge.no-resource-metadata', header ?? ''));
  else if (!isAbsolute(named)) findings.push(found('challenge.relative', `resource_metadata="${named}"`));
  if (badToken !== null && badToken.status !== 401) findings.push(found('challenge.bad-token', statusOf(badToken)));
  return findings;
}

export interface ResourceAnswers {
  readonly url: URL;
  /** The document that the challenge names; null where it names none. */
  readonly named: Answer | null;
  /** At the well-known place followed by the path of the URL. */
  readonly path: Answer;
  readonly root: Answer;
}

/** The protected-resource document, as a client takes it. @see RFC 9728 §3.3 */
export function checkResource({ url, named, path, root }: ResourceAnswers): Found[] {
  const chosen = named ?? (isDocument(path) ? path : isDocument(root) ? root : path);
  if (isRedirect(chosen)) return [found('resource.redirect', statusOf(chosen))];
  if (!isSuccess(chosen)) return [found('resource.not-found', statusOf(chosen))];
  const document = parseObject(chosen.text);
  if (document === null) return [found('resource.not-json', contentTypeOf(chosen))];
  const findings: Found[] = [];
  if (!isJson(chosen)) findings.push(found('resource.content-type', contentTypeOf(chosen)));
  findings.push(...compareResource(String(document.resource), url));
  const servers: readonly unknown[] = Array.isArray(document.authorization_servers)
    ? document.authorization_servers
    : [];
  if (servers.length === 0) findings.push(found('resource.no-server', 'authorization_servers is empty or missing'));
  else if (!isAbsolute(String(servers[0]))) findings.push(found('resource.bad-server', String(servers[0])));
  if (chosen !== path && !isDocument(path)) findings.push(found('resource.path', statusOf(path)));
  return findings;
}

function compareResource(resource: string, url: URL): Found[] {
  if (resource === url.href) return [];
  if (!URL.canParse(resource)) return [found('resource.mismatch', `resource is ${resource}`)];
  const { origin, pathname, search } = new URL(resource);
  // The slash of an empty path is the parser's, and case of scheme and host means nothing.
  if (origin === url.origin && pathname === url.pathname && search === url.search) return [];
  const isAbove = origin === url.origin && url.pathname.startsWith(pathname.endsWith('/') ? pathname : `${pathname}/`);
  return [found(isAbove ? 'resource.parent' : 'resource.mismatch', `resource is ${resource}`)];
}

export const isSuccess = ({ status }: Pick<Answer, 'status'>): boolean => status >= 200 && status < 300;
export const isRedirect = ({ status }: Pick<Answer, 'status'>): boolean => status >= 300 && status < 400;
export const isJson = (answer: Answer): boolean => /^application\/([\w.-]+\+)?json\b/i.test(contentTypeOf(answer));
export const isDocument = (answer: Answer): boolean => isSuccess(answer) && parseObject(answer.text) !== null;
export const contentTypeOf = ({ headers }: Answer): string => headers.get('content-type') ?? 'no Content-Type';

/** The status with where it leads, or with the beginning of the body. */
export function statusOf({ status, headers, text }: Answer): string {
  const location = headers.get('location');
  if (location !== null) return `${status} to ${location.split('?', 1).join('')}`;
  return `${status} ${text.slice(0, 160)}`.trim();
}

export function isAbsolute(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
