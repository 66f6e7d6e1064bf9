import { expect, it } from 'vitest';
import { requestedScope } from './requested-scope.ts';

const KNOWN = ['tools:read', 'tools:write'];

it.each([
  ['tools:read', 'tools:read'],
  ['tools:write offline_access tools:read', 'tools:read tools:write'],
  ['openid profile', 'tools:read tools:write'],
  ['', 'tools:read tools:write'],
  [null, 'tools:read tools:write'],
])('a request for the scope %j is one for %j', (asked, scope) => {
  expect(requestedScope(asked, KNOWN)).toBe(scope);
});
