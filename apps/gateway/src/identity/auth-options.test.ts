import { Secret, systemClock } from '@patchbay/foundation';
import pg from 'pg';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { LocalStore } from '../ephemeral-store/local-store.ts';
import { authOptions } from './auth-options.ts';

const settings = (origin: string) => ({
  origin,
  secret: new Secret('a secret for tests of forty characters..'),
  // Not connected: a pool connects with its first query.
  pool: new pg.Pool(),
  ephemeralStore: new LocalStore(systemClock),
  logger: pino({ level: 'silent' }),
  provesAddresses: true,
});

describe('the settings of better-auth', () => {
  const options = authOptions(settings('http://localhost:4000'));

  it('better-auth trusts no provider’s word about e-mail addresses and links nothing implicitly', () => {
    expect(options.account.accountLinking).toEqual({
      enabled: true,
      disableImplicitLinking: true,
      trustedProviders: [],
    });
    expect(JSON.stringify(options)).not.toContain('trustEmailVerified');
  });

  it('better-auth trusts the configured origin alone, with every check on', () => {
    expect(options.trustedOrigins).toEqual(['http://localhost:4000']);
    expect(options.advanced).not.toHaveProperty('disableCSRFCheck');
    expect(options.advanced).not.toHaveProperty('disableOriginCheck');
    expect(options.advanced).not.toHaveProperty('trustedProxyHeaders');
  });

  it('better-auth keeps verification identifiers hashed, sessions out of cookies, and telemetry off', () => {
    expect(options.verification.storeIdentifier).toBe('hashed');
    expect(options.session.cookieCache).toEqual({ enabled: false });
    expect(options.telemetry).toEqual({ enabled: false });
  });

  it('better-auth does not allow signing up into a session, changing an e-mail address or deleting oneself', () => {
    expect(options.emailAndPassword).toMatchObject({ autoSignIn: false, minPasswordLength: 12 });
    expect(options.user.changeEmail).toEqual({ enabled: false });
    expect(options.user.deleteUser).toEqual({ enabled: false });
  });

  it('better-auth has the plugins for organizations, second factors and passkeys, and no other: API keys are ours', () => {
    expect(options.plugins.map(({ id }) => id)).toEqual(['organization', 'two-factor', 'passkey']);
    const [organization] = options.plugins;
    expect(organization.options).toMatchObject({
      allowUserToCreateOrganization: false,
      disableOrganizationDeletion: true,
      requireEmailVerificationOnInvitation: true,
    });
  });

  it('better-auth asks for no proof of an address where no mail could bring one', () => {
    const [organization] = authOptions({ ...settings('http://localhost:4000'), provesAddresses: false }).plugins;
    expect(organization.options.requireEmailVerificationOnInvitation).toBe(false);
  });

  it('better-auth names every cookie __Host- on https and plainly on the local origin', () => {
    const names = (origin: string) => Object.values(authOptions(settings(origin)).advanced.cookies).map((c) => c.name);
    expect(names('https://patchbay.example.com').every((name) => name.startsWith('__Host-patchbay_'))).toBe(true);
    expect(names('http://localhost:4000').every((name) => name.startsWith('patchbay_'))).toBe(true);
  });
});
