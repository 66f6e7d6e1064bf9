import { createHmac } from 'node:crypto';
import { Secret } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { createSessionCookie } from './session-cookie.ts';

const SECRET = 'a secret for tests of forty characters..';
const cookie = createSessionCookie('http://localhost:4000', new Secret(SECRET));
const signed = (token: string, secret = SECRET) =>
  encodeURIComponent(`${token}.${createHmac('sha256', secret).update(token).digest('base64')}`);

describe('the cookie of a session, from its text alone', () => {
  it.each([
    ['another secret', signed('token', 'another secret')],
    ['no signature', 'token'],
    ['another token', signed('token').replace('token', 'tokem')],
    ['nothing', ''],
    ['a broken escape', '%E0%A4%A'],
    ['half a signature', signed('token').slice(0, -8)],
  ])('a cookie with %s is not signed by this installation', (_what, text) => {
    expect(cookie.isSigned(text)).toBe(false);
  });

  it('a cookie that this installation signed is recognised among others', () => {
    const text = cookie.textOf(`theme=dark; patchbay_session=${signed('token')}; x=1`);
    expect(cookie.isSigned(text ?? '')).toBe(true);
  });

  it('a header without the cookie has no credential', () => {
    expect(cookie.textOf('not_patchbay_session=1')).toBeUndefined();
    expect(cookie.textOf(undefined)).toBeUndefined();
    expect(createSessionCookie('https://p.example', new Secret(SECRET)).textOf('patchbay_session=1')).toBeUndefined();
  });
});
