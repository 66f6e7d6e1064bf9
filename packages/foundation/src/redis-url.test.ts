import { describe, expect, it } from 'vitest';
import { parseRedisUrl, redisProblem } from './redis-url.ts';

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
  ])('reads the Redis URL %s', (url, expected) => {
    expect(parseRedisUrl(url)).toEqual(expected);
  });
});

describe('redisProblem', () => {
  it.each([
    ['redis://cache.example', false, /no password/],
    ['redis+unix:///run/redis.sock', false, /no password/],
    ['redis://:long-and-random@cache.example', false, /rediss:\/\/.*REDIS_NETWORK_TRUSTED/],
    ['redis://:long-and-random@localhost.example', false, /rediss/],
    ['redis://:redis@cache.example', true, /no password/],
  ])('finds a problem in the Redis URL %s', (url, isNetworkTrusted, problem) => {
    expect(redisProblem(url, isNetworkTrusted)).toMatch(problem);
  });

  it.each([
    ['rediss://:long-and-random@cache.example', false],
    ['redis://:long-and-random@localhost:6379', false],
    ['redis://:long-and-random@127.0.0.1', false],
    ['redis://:long-and-random@[::1]:6379', false],
    ['redis+unix:///run/redis.sock?password=long-and-random', false],
    ['redis://:long-and-random@cache.example', true],
  ])('finds no problem in the Redis URL %s (network trusted: %s)', (url, isNetworkTrusted) => {
    expect(redisProblem(url, isNetworkTrusted)).toBeNull();
  });
});
