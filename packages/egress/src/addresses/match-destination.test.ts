import { describe, expect, it } from 'vitest';
import { matchDestination } from './match-destination.ts';

const rules = [
  { host: 'api.example.com', port: 443 },
  { host: '*.wild.example', port: 443 },
  { host: '*.com', port: 443 },
  { host: 'db.example.com', port: 5432, tunnel: true },
];

describe('matchDestination', () => {
  it('keeps databases apart from requests and tunnels, both ways', () => {
    const database = [{ host: 'sql.example.com', port: 5432, kind: 'postgres' as const }];
    for (const use of ['request', 'tunnel'] as const) {
      expect(matchDestination('sql.example.com', 5432, database, use)).toMatchObject({ allowed: false });
    }
    expect(matchDestination('db.example.com', 5432, rules, 'postgres')).toMatchObject({ allowed: false });
    expect(matchDestination('sql.example.com', 5432, database, 'postgres')).toMatchObject({ allowed: true });
  });

  it.each([
    ['example.com', 443],
    ['api.example.com', 80],
    ['api.example.com.evil.example', 443],
    ['evil-api.example.com', 443],
    ['wild.example', 443],
    ['evilwild.example', 443],
    ['anything.com', 443],
    ['', 443],
  ])('refuses the undeclared destination %s:%i', (host, port) => {
    expect(matchDestination(host, port, rules)).toMatchObject({ allowed: false });
  });

  it('refuses every destination when the manifest declares none, and gives the reason', () => {
    expect(matchDestination('api.example.com', 443, [])).toEqual({
      allowed: false,
      reason: 'api.example.com:443 is not declared; declared: nothing',
    });
  });

  it('does not allow plain requests to a tunnel’s destination, nor tunnels to a plain one', () => {
    expect(matchDestination('db.example.com', 5432, rules)).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('tunnel'),
    });
    expect(matchDestination('db.example.com', 5432, rules, 'tunnel')).toMatchObject({ allowed: true });
    expect(matchDestination('api.example.com', 443, rules, 'tunnel')).toMatchObject({ allowed: false });
  });

  it.each(['api.example.com', 'API.Example.COM', 'api.example.com.', 'a.wild.example', 'a.b.wild.example'])(
    'allows requests to the declared host %s',
    (host) => {
      expect(matchDestination(host, 443, rules)).toMatchObject({ allowed: true });
    },
  );
});
