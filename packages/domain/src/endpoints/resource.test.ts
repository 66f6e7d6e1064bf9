import { describe, expect, it } from 'vitest';
import { audienceOf, connectorResource, organizationResource, parseResource, resourceOf } from './resource.ts';

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

describe('the names in the path of a resource', () => {
  it.each([
    '/mcp',
    '/acme',
    '/acme/weather',
    '/acme/weather/mcp/more',
    '/acme/weather/x/mcp',
    '/acme//mcp',
    '//acme/mcp',
    '/acme/Weather/mcp',
    '/acme/weather@0/mcp',
    '/acme/weather@01/mcp',
    '/acme/weather@1@2/mcp',
    '/acme@1/weather/mcp',
    '/acme@1/mcp',
    '/acme/-weather/mcp',
    '/acme/we%61ther/mcp',
    '/acme/weather/mcp?x=1',
    '/acme/weather/mcp//',
    '/ac"me/mcp',
    '/açme/mcp',
    '/ac\u212ae/mcp',
    '/acme\u017f/mcp',
  ])('%s names no endpoint', (path) => {
    expect(parseResource(path)).toBeNull();
  });

  it.each([
    ['/acme/weather/mcp', '/acme/weather/mcp'],
    ['/ACME/weather/mcp/', '/acme/weather/mcp'],
    ['/acme/weather@12/mcp', '/acme/weather@12/mcp'],
    ['/Acme/mcp', '/acme/mcp'],
  ])('%s names the endpoint %s', (path, canonical) => {
    const name = parseResource(path);
    expect(name && resourceOf(name)).toBe(canonical);
  });
});
