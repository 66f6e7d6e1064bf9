import { describe, expect, it } from 'vitest';
import { provedAt } from './proved-at.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
const BEFORE = new Date('2026-11-30T09:00:00Z');

describe('provedAt', () => {
  it('a session of a password alone has not proved a second factor, whatever the session before it had', () => {
    expect(provedAt('/sign-in/email', BEFORE, NOW)).toBeNull();
    expect(provedAt(undefined, BEFORE, NOW)).toBeNull();
  });

  it('a session has no second factor after the person turned it off', () => {
    expect(provedAt('/two-factor/disable', BEFORE, NOW)).toBeNull();
  });

  it.each(['/two-factor/verify-totp', '/two-factor/verify-backup-code', '/passkey/verify-authentication'])(
    'a session that %s makes has proved a second factor now',
    (path) => expect(provedAt(path, null, NOW)).toEqual(NOW),
  );

  it('a session that replaces another one after a change of password keeps its proof', () => {
    expect(provedAt('/change-password', BEFORE, NOW)).toEqual(BEFORE);
    expect(provedAt('/change-password', null, NOW)).toBeNull();
  });
});
