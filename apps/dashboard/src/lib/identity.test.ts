import { describe, expect, it } from 'vitest';
import { refusalOf } from './identity.ts';

describe('refusalOf', () => {
  it('shows the same refusal for a wrong password and an unknown address at sign-in', () => {
    expect(refusalOf('sign-in/email', 401, 'INVALID_EMAIL_OR_PASSWORD')).toBe('wrong_credentials');
    expect(refusalOf('sign-in/email', 404, 'USER_NOT_FOUND')).toBe('wrong_credentials');
    expect(refusalOf('sign-in/email', 403, 'EMAIL_NOT_VERIFIED')).toBe('wrong_credentials');
  });

  it('distinguishes too many sign-in attempts from an unavailable platform', () => {
    expect(refusalOf('sign-in/email', 429, '')).toBe('too_many_attempts');
    expect(refusalOf('sign-in/email', 503, '')).toBe('unavailable');
  });

  it('distinguishes a wrong current password from a new one that is too short', () => {
    expect(refusalOf('change-password', 400, 'INVALID_PASSWORD')).toBe('wrong_password');
    expect(refusalOf('change-password', 400, 'PASSWORD_TOO_SHORT')).toBe('weak_password');
  });

  it('a refused sign-up does not reveal that an address is taken', () => {
    expect(refusalOf('sign-up/email', 422, 'USER_ALREADY_EXISTS')).toBe('not_created');
    expect(refusalOf('sign-up/email', 403, 'auth.sign_up_closed')).toBe('sign_up_closed');
    expect(refusalOf('sign-up/email', 400, 'PASSWORD_TOO_SHORT')).toBe('weak_password');
  });
});
