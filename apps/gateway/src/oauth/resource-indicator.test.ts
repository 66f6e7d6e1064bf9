import { describe, expect, it } from 'vitest';
import { parseResourceIndicator } from './resource-indicator.ts';

const ORIGIN = 'https://patchbay.example.com';

describe('parseResourceIndicator', () => {
  it.each([
    'https://evil.example/acme/weather/mcp',
    'http://patchbay.example.com/acme/weather/mcp',
    'https://patchbay.example.com:8443/acme/weather/mcp',
    'https://patchbay.example.com@evil.example/acme/weather/mcp',
    'https://a@patchbay.example.com/acme/weather/mcp',
    'https://patchbay.example.com/acme/weather/mcp#x',
    'https://patchbay.example.com/acme/weather/mcp?x=1',
    'https://patchbay.example.com/acme/weather/mcp//',
    'https://patchbay.example.com/x/../acme/weather/mcp',
    'https://patchbay.example.com/acme/%2e%2e/mcp',
    'https://patchbay.example.com/acme/Weather/mcp',
    'https://patchbay.example.com/acme/weather@0/mcp',
    'https://patchbay.example.com/acme/weather',
    'https://patchbay.example.com/api/v1',
    'https://patchbay.example.com',
    '/acme/weather/mcp',
    '',
  ])('names no resource of this installation: %s', (indicator) => {
    expect(parseResourceIndicator(indicator, ORIGIN)).toBeNull();
  });

  it.each([
    ['https://patchbay.example.com/acme/weather/mcp', 'acme', 'weather', undefined],
    ['HTTPS://Patchbay.Example.COM/ACME/weather/mcp/', 'acme', 'weather', undefined],
    ['https://patchbay.example.com/acme/weather@3/mcp', 'acme', 'weather', 3],
    ['https://patchbay.example.com/acme/mcp', 'acme', undefined, undefined],
  ])(
    'the resource indicator %s is organization %s, connector %s, version %s',
    (indicator, organization, connector, version) => {
      expect(parseResourceIndicator(indicator, ORIGIN)).toEqual({ organization, connector, version });
    },
  );
});
