import { describe, expect, it } from 'vitest';
import { fillCustomer, matchHost } from './match-host.ts';

const fixed = { credentialHosts: ['api.example.com'], perCustomerHost: undefined };
const rented = {
  credentialHosts: ['login.example.com'],
  perCustomerHost: {
    templates: ['{customer}.example.com', '{customer}.sandbox.example.com'],
    asks: 'Name',
    reserved: ['www'],
  },
};

describe('matchHost', () => {
  it.each([
    ['another host', 'api.example.org'],
    ['a host below it', 'evil.api.example.com'],
    ['a host that ends alike', 'evilapi.example.com'],
    ['upper case', 'API.example.com'],
    ['a dot at the end', 'api.example.com.'],
    ['a port', 'api.example.com:443'],
    ['an address', '127.0.0.1'],
    ['an address with brackets', '[::1]'],
    ['nothing', ''],
  ])('refuses %s where the hosts are fixed', (_what, host) => {
    expect(matchHost(fixed, host)).toMatchObject({ matches: false });
  });

  it.each([
    ['two labels before the name', 'a.b.example.com'],
    ['no label before the name', 'example.com'],
    ['a label of the provider', 'www.example.com'],
    ['an internationalized label', 'xn--acm-8la.example.com'],
    ['a label in Unicode', 'аcme.example.com'],
    ['a label that begins with a hyphen', '-acme.example.com'],
    ['a label that ends with a hyphen', 'acme-.example.com'],
    ['a label of 64 characters', `${'a'.repeat(64)}.example.com`],
    ['an underscore', 'a_b.example.com'],
    ['an empty label', '.example.com'],
    ['a wildcard', '*.example.com'],
    ['the template itself', '{customer}.example.com'],
  ])('refuses %s where every customer has a host', (_what, host) => {
    expect(matchHost(rented, host)).toMatchObject({ matches: false });
  });

  it('states which host was refused and why', () => {
    expect(matchHost(rented, 'www.example.com')).toEqual({
      matches: false,
      reason: 'www.example.com belongs to the provider, not to a customer',
    });
  });

  it('matches a fixed host without a customer', () => {
    expect(matchHost(fixed, 'api.example.com')).toEqual({ matches: true, customer: null });
    expect(matchHost(rented, 'login.example.com')).toEqual({ matches: true, customer: null });
  });

  it('matches a host of a customer and returns the label', () => {
    expect(matchHost(rented, 'acme.example.com')).toEqual({ matches: true, customer: 'acme' });
    expect(matchHost(rented, 'ac--dev.sandbox.example.com')).toEqual({ matches: true, customer: 'ac--dev' });
  });
});

describe('fillCustomer', () => {
  it.each(['acme.evil', 'acme/', 'evil.com/', 'acme#', 'xn--e1aybc', 'Acme', '', 'a@b', '{customer}'])(
    'refuses the label %j, which would change the name',
    (label) => expect(fillCustomer('https://{customer}.example.com/oauth', label)).toBeNull(),
  );

  it('puts the label into the first place of the host', () => {
    expect(fillCustomer('https://{customer}.example.com/oauth', 'acme')).toBe('https://acme.example.com/oauth');
  });
});
