import { expect, it } from 'vitest';
import { isReachableFromCloud } from './reachable-origin.ts';

it.each([
  'http://localhost:4000',
  'http://patchbay.example.com',
  'https://localhost',
  'https://patchbay.example.com:8443',
  'https://patchbay',
  'https://patchbay.internal',
  'https://patchbay.home.arpa',
  'https://10.1.2.3',
  'https://192.168.0.9',
  'https://100.64.0.1',
  'https://[2a01:4f8::1]',
])('clients in a vendor’s cloud cannot reach %s', (origin) => {
  expect(isReachableFromCloud(origin)).toBe(false);
});

it.each(['https://patchbay.example.com', 'https://mcp.localhost-tools.dev', 'https://93.184.216.34'])(
  'clients in a vendor’s cloud can reach %s',
  (origin) => {
    expect(isReachableFromCloud(origin)).toBe(true);
  },
);
