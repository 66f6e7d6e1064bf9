import type { EgressRule } from '@patchbay/sandbox-protocol';

/** Why a destination is allowed or not, in words for the author's log. */
export type DestinationRuling =
  | { readonly allowed: true; readonly rule: EgressRule }
  | { readonly allowed: false; readonly reason: string };

/** The kind of destination: a request that the proxy reads, or a tunnel that it does not. */
export type DestinationUse = 'request' | 'tunnel';

/**
 * Whether the manifest declares this destination for this use. Names are compared as the URL parser normalises them: lower
 * case, punycode, no dot at the end. `*.example.com` covers every name below example.com, at any depth, and never itself.
 */
export function matchDestination(
  host: string,
  port: number,
  rules: readonly EgressRule[],
  use: DestinationUse = 'request',
): DestinationRuling {
  const name = hostName(host);
  const matching = rules.filter((candidate) => candidate.port === port && covers(candidate.host.toLowerCase(), name));
  const rule = matching.find((candidate) => (candidate.tunnel === true) === (use === 'tunnel'));
  if (rule) return { allowed: true, rule };
  if (matching.length > 0) {
    const reason = use === 'tunnel' ? 'is not declared as a tunnel' : 'is declared as a tunnel, not for plain requests';
    return { allowed: false, reason: `${name}:${port} ${reason}` };
  }
  const declared = rules.map((candidate) => `${candidate.host}:${candidate.port}`).join(', ');
  return { allowed: false, reason: `${name}:${port} is not declared; declared: ${declared || 'nothing'}` };
}

/** One spelling of a host name. */
export const hostName = (host: string): string => host.toLowerCase().replace(/\.$/, '');

/** Whether a name is the pattern or, for `*.name`, below it. Both in lower case. */
export function covers(pattern: string, name: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === name;
  const suffix = pattern.slice(1);
  return suffix.indexOf('.', 1) !== -1 && name.endsWith(suffix) && name.length > suffix.length;
}
