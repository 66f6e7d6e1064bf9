import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

/**
 * Forwarded headers are claims of their sender. They are removed at the edge and set from configuration and the
 * connection, so that nothing behind the edge can trust a stranger. The same applies to headers that steer the
 * dashboard's framework from inside.
 */
const STEERING =
  /^(x-forwarded-.*|forwarded|x-real-ip|x-middleware-.*|x-nextjs-.*|x-invoke-.*|x-original-url|x-rewrite-url)$/;

export function removeSteeringHeaders(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) if (STEERING.test(name)) delete headers[name];
}

/** Sets what proxied parts and better-auth may read, from configuration alone. */
export function setForwardedHeaders(headers: IncomingHttpHeaders, origin: URL, clientAddress: string): void {
  headers['x-forwarded-proto'] = origin.protocol.slice(0, -1);
  headers['x-forwarded-host'] = origin.host;
  headers['x-forwarded-for'] = clientAddress;
}

export type TrustedProxies = (address: string) => boolean;

/** @throws Error when an entry is neither an address nor a network */
export function trustedProxies(entries: readonly string[]): TrustedProxies {
  if (entries.length === 0) return () => false;
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const version = isIP(address);
    if (version === 0) throw new Error(`PATCHBAY_TRUSTED_PROXIES: ${entry} is neither an address nor a network`);
    const family = version === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The caller's address: the connection's, or, behind proxies that are trusted, the rightmost entry that is not one. */
export function clientAddress(peer: string, forwardedFor: string | undefined, trusted: TrustedProxies): string {
  let address = plain(peer);
  const hops = (forwardedFor ?? '').split(',').map((hop) => plain(hop.trim()));
  while (trusted(address)) {
    const previous = hops.pop();
    if (previous === undefined || isIP(previous) === 0) break;
    address = previous;
  }
  return address;
}

/** IPv4 mapped into IPv6 is IPv4. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
