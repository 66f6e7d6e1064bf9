import { describe, expect, it } from 'vitest';
import { isAdminResource } from './admin-resource.ts';

const ORIGIN = 'https://patchbay.example';

describe('isAdminResource', () => {
  it.each([
    undefined,
    '/api/v1',
    'https://patchbay.example/api/v1?x',
    'https://patchbay.example/api/v1#x',
    'https://patchbay.example/api/v1/organizations',
    'https://patchbay.example/api/../api/v1',
    'https://patchbay.example/API/v1',
    'https://patchbay.example/api%2Fv1',
    'https://user@patchbay.example/api/v1',
    'https://patchbay.example.evil.example/api/v1',
    'http://patchbay.example/api/v1',
    'https://patchbay.example/acme/weather/mcp',
  ])('the indicator %s does not name the admin API', (indicator) => {
    expect(isAdminResource(indicator, ORIGIN)).toBe(false);
  });

  it.each(['https://patchbay.example/api/v1', 'https://patchbay.example/api/v1/', 'HTTPS://Patchbay.Example/api/v1'])(
    'the indicator %s names the admin API',
    (indicator) => {
      expect(isAdminResource(indicator, ORIGIN)).toBe(true);
    },
  );
});
