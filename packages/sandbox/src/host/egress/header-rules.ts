import type { IncomingHttpHeaders } from 'node:http';

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

/** Names the platform speaks with; a sandbox may neither send them out nor receive them. */
const isOurs = (name: string) => name.startsWith('patchbay-');

/** What goes upstream: Host from the URL that was checked, never from the sandbox. */
export function requestHeaders(given: IncomingHttpHeaders, authority: string): Record<string, string | string[]> {
  return { ...kept(given, new Set(['host', 'expect', 'via', 'forwarded'])), host: authority };
}

/** What comes back into the sandbox. */
export function responseHeaders(given: IncomingHttpHeaders): Record<string, string | string[]> {
  return kept(given, new Set(['alt-svc']));
}

function kept(given: IncomingHttpHeaders, dropped: ReadonlySet<string>): Record<string, string | string[]> {
  const named = String(given.connection ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || HOP_BY_HOP.has(name) || dropped.has(name) || isOurs(name) || named.includes(name))
      continue;
    headers[name] = value;
  }
  return headers;
}
