/**
 * Which addresses nothing of ours ever connects to on a stranger's word: everything that is not plain public unicast.
 * Checked after resolution, on the address that is then connected to, so that a name cannot change its mind between.
 * @see RFC 6890 and the IANA special-purpose address registries
 */
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

export type AddressRuling = { readonly allowed: true } | { readonly allowed: false; readonly rule: string };

/** Prefixes that ipaddr.js has no class for, or calls differently. */
const REFUSED_PREFIXES: readonly (readonly [rule: string, prefix: string])[] = [
  ['documentation', '192.0.2.0/24'],
  ['documentation', '198.51.100.0/24'],
  ['documentation', '203.0.113.0/24'],
  ['documentation', '2001:db8::/32'],
  ['documentation', '3fff::/20'],
  ['benchmarking', '198.18.0.0/15'],
  ['protocol assignments', '192.0.0.0/24'],
  ['6to4 relay', '192.88.99.0/24'],
  ['metadata', '168.63.129.16/32'],
  ['metadata', '100.100.100.200/32'],
  ['v4-compatible', '::/96'],
  ['NAT64', '64:ff9b::/96'],
  ['NAT64', '64:ff9b:1::/48'],
  ['discard', '100::/64'],
  ['Teredo', '2001::/32'],
  ['benchmarking', '2001:2::/48'],
  ['ORCHID', '2001:10::/28'],
  ['ORCHID', '2001:20::/28'],
  ['protocol assignments', '2001::/23'],
  ['6to4', '2002::/16'],
  ['segment routing', '5f00::/16'],
  ['site-local', 'fec0::/10'],
];

const PARSED_PREFIXES = REFUSED_PREFIXES.map(([rule, prefix]) => ({ rule, range: ipaddr.parseCIDR(prefix) }));

/** Rules for one address in the form the resolver gave. `own` are addresses of this host and of the platform. */
export function guardAddress(address: string, own: ReadonlySet<string> = new Set()): AddressRuling {
  // Strict forms only: `010.0.0.1`, `0x7f.1` and zones mean different things to different readers.
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !(ipaddr.IPv6.isValid(address) && !address.includes('%'))) {
    return { allowed: false, rule: 'not an address' };
  }
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()) {
    return { allowed: false, rule: 'v4-mapped' };
  }
  if (own.has(parsed.toNormalizedString())) return { allowed: false, rule: 'own address' };
  for (const { rule, range } of PARSED_PREFIXES) {
    if (parsed.kind() === range[0].kind() && parsed.match(range)) return { allowed: false, rule };
  }
  const kind = parsed.range();
  return kind === 'unicast' ? { allowed: true } : { allowed: false, rule: kind };
}

/** The addresses of this host, in the form `guardAddress` compares. */
export function ownAddresses(): Set<string> {
  const found = new Set<string>();
  for (const entries of Object.values(networkInterfaces())) {
    for (const entry of entries ?? []) found.add(ipaddr.parse(entry.address).toNormalizedString());
  }
  return found;
}
