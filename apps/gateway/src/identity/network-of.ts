import { addressPrefix } from '../limits/address-prefix.ts';

/**
 * The unit that is counted as one address: an IPv4 address, or the /64 of an IPv6 address, which one customer has as a
 * whole.
 */
export function networkOf(address: string): string {
  return addressPrefix(address, 32, 64);
}
