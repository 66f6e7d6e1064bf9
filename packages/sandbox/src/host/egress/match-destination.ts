import type { EgressRule } from '../../protocol/egress-rule.ts';

/** Why a destination is allowed or not, in words for the author's log. */
export type DestinationRuling =
  | { readonly allowed: true; readonly rule: EgressRule }
  | { readonly allowed: false; readonly reason: string };

/**
 * Whether the manifest declares this destination. Names are compared as the URL parser normalises them: lower case,
 * punycode, no dot at the end. `*.example.com` covers every name below example.com, at any depth, and never itself.
 */
export function matchDestination(host: string, port: number, rules: readonly EgressRule[]): DestinationRuling {
  const name = host.toLowerCase().replace(/\.$/, '');
  const rule = rules.find((candidate) => candidate.port === port && covers(candidate.host.toLowerCase(), name));
  if (rule?.tunnel)
    return { allowed: false, reason: `${name}:${port} is declared as a tunnel, which is not served yet` };
  if (rule) return { allowed: true, rule };
  const declared = rules.map((candidate) => `${candidate.host}:${candidate.port}`).join(', ');
  return { allowed: false, reason: `${name}:${port} is not declared; declared: ${declared || 'nothing'}` };
}

function covers(pattern: string, name: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === name;
  const suffix = pattern.slice(1);
  return suffix.indexOf('.', 1) !== -1 && name.endsWith(suffix) && name.length > suffix.length;
}
