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
  ])('the access log does not hold the secret of the path %s', (path, logged) => {
    expect(loggedPath(path)).toBe(logged);
  });

  it.each(['/', '/acme/weather/mcp', '/api/v1/organizations/acme/invitations/inv_1', '/-/', '/-/setup'])(
    'the access log holds the path %s as it was requested',
    (path) => {
      expect(loggedPath(path)).toBe(path);
    },
  );
});
