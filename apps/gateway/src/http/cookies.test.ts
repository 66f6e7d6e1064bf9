import { describe, expect, it } from 'vitest';
import { cookieRule } from './cookies.ts';

describe('cookieRule', () => {
  it('binds cookies to the host on https', () => {
    expect(cookieRule('https://patchbay.example', 'session')).toEqual({
      name: '__Host-session',
      secure: true,
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
    });
  });

  it('gives a cookie with a path of its own the prefix browsers accept', () => {
    expect(cookieRule('https://patchbay.example', 'resume', '/authorize/u1')).toMatchObject({
      name: '__Secure-resume',
      secure: true,
      path: '/authorize/u1',
    });
  });

  it('cookies on the local http origin have plain names and are unreadable for scripts', () => {
    for (const path of ['/', '/authorize/u1']) {
      expect(cookieRule('http://localhost:4000', 'session', path)).toEqual({
        name: 'session',
        secure: false,
        httpOnly: true,
        sameSite: 'lax',
        path,
      });
    }
  });
});
