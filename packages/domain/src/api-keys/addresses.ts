import { BlockList, isIP } from 'node:net';

/** Whether the text is an IP address or a CIDR block such as `203.0.113.0/24`. */
export function isAddressRule(text: string): boolean {
  return parseRule(text) !== null;
}

/** Whether an address is in the list. An empty list admits all addresses, and nothing but an address. */
export function isAddressAllowed(address: string, rules: readonly string[]): boolean {
  if (rules.length === 0) return true;
  const list = new BlockList();
  for (const rule of rules) {
    const parsed = parseRule(rule);
    if (parsed !== null) list.addSubnet(parsed.address, parsed.bits, parsed.family);
  }
  // An IPv4 caller on a dual-stack socket arrives as ::ffff:203.0.113.5.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const version = isIP(plain);
  return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}

function parseRule(text: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | null {
  const [address = '', length, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return null;
  const whole = version === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  const bits = length === undefined ? whole : Number(length);
  return bits <= whole ? { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' } : null;
}
