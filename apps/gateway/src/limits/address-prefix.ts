import { isIPv6 } from 'node:net';

const BITS_OF_PART = { ipv4: 8, ipv6: 16 } as const;

/**
 * The network of an address, as one text for all of its addresses: `192.0.2.0/24`, `2001:db8:1::/48`. A text that is no
 * address is its own network.
 *
 * @param ipv4Bits a multiple of 8 @param ipv6Bits a multiple of 16
 */
export function addressPrefix(address: string, ipv4Bits: number, ipv6Bits: number): string {
  const plain = address.split('%', 1).join('');
  if (isIPv6(plain))
    return `${groupsOf(plain)
      .slice(0, ipv6Bits / BITS_OF_PART.ipv6)
      .join(':')}::/${ipv6Bits}`;
  const parts = plain.split('.');
  const kept = ipv4Bits / BITS_OF_PART.ipv4;
  if (parts.length !== 4 || kept === 4) return address;
  return `${parts.map((part, at) => (at < kept ? part : '0')).join('.')}/${ipv4Bits}`;
}

/** All eight groups. The URL parser normalizes every form of an address; `::` represents the missing zeros. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after];
}
