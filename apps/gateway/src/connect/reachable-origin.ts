import { BlockList, isIP } from 'node:net';

/** Names that no public resolver knows. @see RFC 6761, RFC 6762, RFC 8375, and `.internal` as ICANN reserved it in 2024 */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|home\.arpa|lan|test|invalid)$/;

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  PRIVATE.addSubnet(network, bits);
}

/**
 * Whether clients that connect from their vendor's cloud can reach an origin, as far as its text shows: https, the default
 * port, and a public name or address of IPv4. Pure; a name that resolves to a private address is not found out here.
 *
 * @see https://claude.com/docs/connectors/building
 */
export function isReachableFromCloud(origin: string): boolean {
  const { protocol, port, hostname } = new URL(origin);
  if (protocol !== 'https:' || port !== '') return false;
  if (hostname.startsWith('[')) return false;
  if (isIP(hostname) === 4) return !PRIVATE.check(hostname);
  return hostname.includes('.') && !PRIVATE_NAME.test(hostname);
}
