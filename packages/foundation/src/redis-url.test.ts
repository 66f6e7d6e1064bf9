import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from './redis-url.ts';

describe('parseRedisUrl', () => {
  it.each([
    ['redis://cache', { host: 'cache', port: 6379 }],
    ['redis://:p%40ss@cache:1234/2', { host: 'cache', port: 1234, password: 'p@ss', db: 2 }],
    [
      'rediss://user:pass@cache',
      { host: 'cache', port: 6379, username: 'user', password: 'pass', tls: { servername: 'cache' } },
    ],
    ['redis+unix:///run/redis.sock', { path: '/run/redis.sock' }],
    [
      'redis+unix:///run/a%20b.sock?password=p%2Bs&username=u',
      { path: '/run/a b.sock', username: 'u', password: 'p+s' },
    ],
  ])('reads %s', (url, expected) => {
    expect(parseRedisUrl(url)).toEqual(expected);
  });
});
