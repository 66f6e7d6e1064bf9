import type { EgressRule } from '@patchbay/sandbox-protocol';

/** Why a destination is allowed or not, in words for the author's log. */
export type DestinationRuling =
  | { readonly allowed: true; readonly rule: EgressRule }
  | { readonly allowed: false; readonly reason: string };

/** The kind of destination: a request that the proxy reads, a tunnel that it does not, or a database it logs in to. */
export type DestinationUse = 'request' | 'tunnel' | 'postgres';

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
  const rule = matching.find((candidate) => useOf(candidate) === use);
  if (rule) return { allowed: true, rule };
  const [other] = matching;
  if (other) return { allowed: false, reason: `${name}:${port} ${REASONS[useOf(other)][use]}` };
  const declared = rules.map((candidate) => `${candidate.host}:${candidate.port}`).join(', ');
  return { allowed: false, reason: `${name}:${port} is not declared; declared: ${declared || 'nothing'}` };
}

const useOf = (rule: EgressRule): DestinationUse => rule.kind ?? (rule.tunnel ? 'tunnel' : 'request');

/** The declared use → the use that was asked for → why not. */
const REASONS: Readonly<Record<DestinationUse, Readonly<Record<DestinationUse, string>>>> = {
  request: {
    request: '',
    tunnel: 'is not declared as a tunnel',
    postgres: 'is not declared as a database',
  },
  tunnel: {
    request: 'is declared as a tunnel, not for plain requests',
    tunnel: '',
    postgres: 'is declared as a tunnel, not as a database',
  },
  postgres: {
    request: 'is declared as a database, not for plain requests',
    tunnel: 'is declared as a database, not as a tunnel',
    postgres: '',
  },
};

/** One spelling of a host name. */
export const hostName = (host: string): string => host.toLowerCase().replace(/\.$/, '');

/** Whether a name is the pattern or, for `*.name`, below it. Both in lower case. */
export function covers(pattern: string, name: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === name;
  const suffix = pattern.slice(1);
  return suffix.indexOf('.', 1) !== -1 && name.endsWith(suffix) && name.length > suffix.length;
}
