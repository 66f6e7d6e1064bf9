import { isIPv6 } from 'node:net';

const GROUPS_OF_A_NETWORK = 4;

/**
 * The unit that is counted as one address: an IPv4 address, or the /64 of an IPv6 address, which one customer has as a
 * whole.
 */
export function networkOf(address: string): string {
  const plain = address.split('%', 1).join('');
  if (!isIPv6(plain)) return address;
  // The URL parser normalizes every form of an address; `::` represents the missing zeros.
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  return `${[...before, ...zeros, ...after].slice(0, GROUPS_OF_A_NETWORK).join(':')}::/64`;
}
