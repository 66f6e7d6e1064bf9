import { expect, it } from 'vitest';
import { subjectOf } from './request-kind.ts';

it.each([
  ['/acme/weather/mcp', 'mcp', 'acme'],
  ['/ACME/weather/mcp/', 'mcp', 'acme'],
  ['/acme/weather@3/mcp?x=1', 'mcp', 'acme'],
  ['/acme/mcp', 'mcp', 'acme'],
  ['/acme/weather', 'page', 'acme'],
  ['/.well-known/oauth-protected-resource/acme/weather/mcp', 'oauth', 'acme'],
  ['/.well-known/oauth-authorization-server', 'oauth', null],
  ['/token', 'oauth', null],
  ['/register', 'oauth', null],
  ['/api/v1/organizations/acme/connectors', 'admin', 'acme'],
  ['/api/v1/organizations', 'admin', null],
  ['/api/v1/me', 'admin', null],
  ['/api/auth/sign-in/email', 'sign-in', null],
  ['/-/setup/secret', 'sign-in', null],
  ['/-/invitations/secret', 'sign-in', null],
  ['/-/docs/limits', 'page', null],
  ['/-/untrusted/x', 'page', null],
  ['/api/docs', 'page', null],
  ['/dashboard/acme', 'page', null],
  ['/', 'page', null],
  ['', 'page', null],
])('a request to %s counts as %s of %s', (target, kind, organization) => {
  expect(subjectOf(target)).toEqual({ kind, organization });
});
