import { describe, expect, it } from 'vitest';
import { audienceOf, connectorResource, organizationResource } from './resource.ts';

describe('the resources of endpoints', () => {
  it('the live connector, each preview and the whole organization have different resource paths', () => {
    expect(connectorResource('acme', 'weather')).toBe('/acme/weather/mcp');
    expect(connectorResource('acme', 'weather', 3)).toBe('/acme/weather@3/mcp');
    expect(organizationResource('acme')).toBe('/acme/mcp');
  });

  it('the audience of a token is the origin followed by the path of the resource', () => {
    expect(audienceOf('https://patchbay.example', '/acme/weather/mcp')).toBe(
      'https://patchbay.example/acme/weather/mcp',
    );
  });
});
