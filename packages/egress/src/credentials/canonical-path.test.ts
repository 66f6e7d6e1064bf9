import { expect, it } from 'vitest';
import { canonicalPath } from './canonical-path.ts';

it('reads no path that cannot be decoded', () => {
  expect(canonicalPath('/%zz')).toBeNull();
});

it.each(['/A/b', '/a/b/', '//a///b', '/a/./b', '/x/../a/b', '/a%2fb', '/a%252Fb', '/a;x=1/b', '/a\\b', '/x/..%2fa/b'])(
  'reads %s as one path, however it is spelt',
  (path) => {
    expect(canonicalPath(path)).toBe('/a/b');
  },
);
