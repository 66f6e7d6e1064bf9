import { describe, expect, it } from 'vitest';
import { narrowEgress } from './narrow-egress.ts';

const rule = (host: string) => ({ host, port: 443, anonymous: true });
const hostsOf = (declared: string[], allowed: string[] | null) =>
  narrowEgress(declared.map(rule), allowed).map(({ host }) => host);

describe('narrowEgress', () => {
  it('leaves no destination to a connector whose organization allows none of its hosts', () => {
    expect(hostsOf(['api.example.com', '*.example.com'], [])).toEqual([]);
    expect(hostsOf(['api.example.com'], ['api.example.org', '*.api.example.com', 'example.com'])).toEqual([]);
    expect(hostsOf(['example.com', 'notexample.com'], ['*.example.com'])).toEqual([]);
  });

  it('never adds a destination that the connector does not declare', () => {
    expect(hostsOf([], ['api.example.com', '*.example.com'])).toEqual([]);
    expect(hostsOf(['api.example.com'], ['*.example.com', 'other.example.com'])).toEqual(['api.example.com']);
  });

  it('takes the narrower of two wildcards, whichever side has it', () => {
    expect(hostsOf(['*.eu.example.com'], ['*.example.com'])).toEqual(['*.eu.example.com']);
    expect(hostsOf(['*.example.com'], ['*.eu.example.com', 'us.example.com', 'a.example.org'])).toEqual([
      '*.eu.example.com',
      'us.example.com',
    ]);
    expect(hostsOf(['*.Example.com'], ['*.example.com'])).toEqual(['*.Example.com']);
  });

  it('keeps the port and the exceptions of a rule that it narrows, and every rule without a policy', () => {
    expect(narrowEgress([rule('*.example.com')], ['a.example.com'])).toEqual([rule('a.example.com')]);
    expect(hostsOf(['api.example.com'], null)).toEqual(['api.example.com']);
  });
});
