import { describe, expect, it } from 'vitest';
import { audienceOf, connectorResource, organizationResource } from './resource.ts';

describe('the resources of endpoints', () => {
  it('have a different path for the live connector, each preview and the whole organization', () => {
    expect(connectorResource('acme', 'weather')).toBe('/acme/weather/mcp');
    expect(connectorResource('acme', 'weather', 3)).toBe('/acme/weather@3/mcp');
    expect(organizationResource('acme')).toBe('/acme/mcp');
  });

  it('become the audience of a token by the origin in front of the path, and nothing else', () => {
    expect(audienceOf('https://patchbay.example', '/acme/weather/mcp')).toBe(
      'https://patchbay.example/acme/weather/mcp',
    );
  });
});
