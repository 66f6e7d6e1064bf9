import { describe, expect, it } from 'vitest';
import { isPublicPath, removeAmbientHeaders } from './public-cors.ts';

describe('the paths that pages of other sites may call', () => {
  it.each([
    '/',
    '/authorize',
    '/token/',
    '/tokens',
    '/Token',
    '/%74oken',
    '//token',
    '/-/token',
    '/acme/token',
    '/register/client',
    '/.well-known',
    '/.WELL-KNOWN/jwks',
    '/acme/.well-known/x',
    '/%2ewell-known/x',
    '/api/v1/me',
    '/acme/weather/mcp',
  ])('%s is not one of them', (path) => {
    expect(isPublicPath(path)).toBe(false);
  });

  it.each(['/token', '/register', '/revoke', '/jwks', '/.well-known/oauth-protected-resource/acme/mcp'])(
    '%s is one of them',
    (path) => {
      expect(isPublicPath(path)).toBe(true);
    },
  );

  it('loses its cookie and its origin, and keeps its own credential', () => {
    const headers = { cookie: 'session=1', origin: 'https://evil.example', authorization: 'Basic x' };
    removeAmbientHeaders(headers);
    expect(headers).toEqual({ authorization: 'Basic x' });
  });
});
