import { expect, it } from 'vitest';
import { addressPrefix } from './address-prefix.ts';

it.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
  ['2001:DB8::1', '2001:db8:0::/48'],
  ['fe80::1%eth0', 'fe80:0:0::/48'],
  ['', ''],
])('the address %s is of the network %s', (address, network) => {
  expect(addressPrefix(address, 24, 48)).toBe(network);
});
