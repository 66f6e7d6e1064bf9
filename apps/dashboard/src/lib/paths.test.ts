import { describe, expect, it } from 'vitest';
import { isInside, paths } from './paths.ts';

describe('isInside', () => {
  it.each(['//evil.example', '/\\evil.example', '/\t/evil.example', 'https://evil.example', 'javascript:alert(1)', ''])(
    'refuses the path %j, which is no page of the dashboard',
    (address) => {
      expect(isInside(address)).toBe(false);
    },
  );

  it('accepts a path of the dashboard with its query', () => {
    expect(isInside('/demo/connectors/weather?tab=versions')).toBe(true);
  });
});

describe('paths', () => {
  it('the path of the sign-in page never carries a foreign address', () => {
    expect(paths.signIn('//evil.example')).toBe('/sign-in');
    expect(paths.signIn('/demo')).toBe('/sign-in?next=%2Fdemo');
  });

  it('escapes slugs in the paths of the dashboard', () => {
    expect(paths.connector('a/b', 'c?d')).toBe('/a%2Fb/connectors/c%3Fd');
  });
});
