import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '@patchbay/foundation';

/** Between two ends of one connection only. @see RFC 9110 §7.6.1 */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The host name that Node's clients use for the egress socket. The requested host is in the URL. */
const HOSTS_OF_THE_SOCKET = new Set(['egress', 'localhost']);
/** Framing of the hop between sandbox and proxy, which every client writes. */
const FRAMING: Readonly<Record<string, RegExp>> = {
  connection: /^(keep-alive|close)$/i,
  'transfer-encoding': /^chunked$/i,
};

/** Names a credential reference. */
export const CREDENTIAL_HEADER = 'patchbay-credential';

/** Names the call that a request belongs to. The runner adds it; only the proxy reads it. */
export const CALL_HEADER = 'patchbay-call';

/** Names the platform speaks with; a sandbox may neither send them out nor receive them. */
const isOurs = (name: string) => name.startsWith('patchbay-');

export type Headers = Record<string, string | string[]>;

/**
 * The headers sent upstream: Host from the URL that was checked, the rest as the sandbox sent them.
 *
 * @throws AppError `egress.header_refused` for headers that a sandbox may not send
 */
export function requestHeaders(given: IncomingHttpHeaders, authority: string): Headers {
  for (const [name, value] of Object.entries(given)) {
    const reason = refusalOf(name, String(value), authority);
    if (reason) throw new AppError('egress.header_refused', { detail: `${name}: ${reason}.`, data: { header: name } });
  }
  const headers = kept(given, new Set(['host', 'expect', 'via', 'forwarded', CREDENTIAL_HEADER, CALL_HEADER]));
  // A body of unknown length is framed here too, whatever the method: bytes without framing would be a second request.
  if (given['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked';
  return { ...headers, host: authority };
}

/** The headers of the response into the sandbox. */
export function responseHeaders(given: IncomingHttpHeaders): Headers {
  return kept(given, new Set(['alt-svc']));
}

function refusalOf(name: string, value: string, authority: string): string | null {
  if (name === 'host') {
    const isKnown = HOSTS_OF_THE_SOCKET.has(value.toLowerCase()) || value.toLowerCase() === authority;
    return isKnown ? null : 'the host is taken from the URL; no other can be named';
  }
  const framing = FRAMING[name];
  if (framing) return framing.test(value) ? null : 'only the framing of the connection to the proxy is allowed here';
  if (name === CREDENTIAL_HEADER || name === CALL_HEADER) return null;
  if (isOurs(name)) return 'names of the platform are not sent';
  if (name.startsWith('proxy-') || HOP_BY_HOP.has(name))
    return 'headers between two ends of one connection are not passed on';
  return null;
}

function kept(given: IncomingHttpHeaders, dropped: ReadonlySet<string>): Headers {
  const named = String(given.connection ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  const headers: Headers = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || HOP_BY_HOP.has(name) || dropped.has(name) || isOurs(name) || named.includes(name))
      continue;
    headers[name] = value;
  }
  return headers;
}
