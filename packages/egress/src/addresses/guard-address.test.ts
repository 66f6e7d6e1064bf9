import { describe, expect, it } from 'vitest';
import { guardAddress } from './guard-address.ts';

const REFUSED = [
  // this host, private, link-local, shared
  '0.0.0.0',
  '0.1.2.3',
  '127.0.0.1',
  '127.255.255.254',
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.255.255',
  '169.254.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.127.255.255',
  '100.100.100.200',
  '168.63.129.16',
  // documentation, benchmarking, protocol, multicast, reserved
  '192.0.2.1',
  '198.51.100.7',
  '203.0.113.9',
  '198.18.0.1',
  '198.19.255.255',
  '192.0.0.8',
  '192.0.0.170',
  '192.88.99.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  // v6
  '::',
  '::1',
  'fe80::1',
  'febf::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  'fec0::1',
  '2001:db8::1',
  '3fff::1',
  '100::1',
  '2001::1',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '5f00::1',
  // v4 in v6
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:8.8.8.8',
  '0:0:0:0:0:ffff:a00:1',
  '::127.0.0.1',
  '::10.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::169.254.169.254',
  '64:ff9b:1::1',
  '2002:7f00:1::',
  '2002:a00:1::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  // spellings that readers disagree about
  '127.1',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '2130706433',
  '010.0.0.1',
  '127.0.0.1.',
  'fe80::1%eth0',
  '',
  'localhost',
  '[::1]',
];

describe('guardAddress', () => {
  it.each(REFUSED)('refuses requests to the address %s', (address) => {
    expect(guardAddress(address)).toMatchObject({ allowed: false });
  });

  it('the list of refused addresses has at least sixty spellings', () => {
    expect(new Set(REFUSED).size).toBeGreaterThanOrEqual(60);
  });

  it('refuses requests to an address of this host, however public', () => {
    expect(guardAddress('93.184.216.34', new Set(['93.184.216.34']))).toEqual({ allowed: false, rule: 'own address' });
  });

  it.each([
    '1.1.1.1',
    '93.184.216.34',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
  ])('allows requests to the address %s', (address) => {
    expect(guardAddress(address)).toEqual({ allowed: true });
  });
});
