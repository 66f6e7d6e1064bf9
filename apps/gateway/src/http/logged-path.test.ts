import { describe, expect, it } from 'vitest';
import { loggedPath } from './logged-path.ts';

describe('the path in the access log', () => {
  it.each([
    ['/-/setup/secret', '/-/setup/…'],
    ['/-/invitations/secret/', '/-/invitations/…'],
    ['/-/untrusted/secret', '/-/untrusted/…'],
    ['/%2D/setup/secret', '/-/setup/…'],
    ['/%2d/setup%2Fsecret', '/-/setup/…'],
    ['/-/setup/secret%', '/-/setup/…'],
  ])('does not hold what %s opens', (path, logged) => {
    expect(loggedPath(path)).toBe(logged);
  });

  it.each(['/', '/acme/weather/mcp', '/api/v1/organizations/acme/invitations/inv_1', '/-/', '/-/setup'])(
    'is %s as it was asked for',
    (path) => {
      expect(loggedPath(path)).toBe(path);
    },
  );
});
