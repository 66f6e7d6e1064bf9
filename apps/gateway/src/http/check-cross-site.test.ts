import { describe, expect, it } from 'vitest';
import { checkCrossSite } from './check-cross-site.ts';

const ORIGIN = 'https://patchbay.example.com';
const JSON_BODY = { 'content-type': 'application/json; charset=utf-8', 'content-length': '2' };
const check = (headers: Record<string, string>, method = 'POST') =>
  checkCrossSite({ method, headers }, ORIGIN, ['application/json']);
const code = (headers: Record<string, string>, method?: string) => {
  try {
    check(headers, method);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('checkCrossSite', () => {
  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://patchbay.example.com:8443' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://patchbay.example.com' }],
    [{}],
  ])('the cross-site check refuses a change with the headers %j', (headers) => {
    expect(code({ ...JSON_BODY, ...headers })).toBe('auth.cross_site');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp', ''])(
    'the cross-site check refuses a body of type %j, which a form could send',
    (type) => {
      const headers = { 'sec-fetch-site': 'same-origin', 'content-type': type, 'content-length': '2' };
      expect(code(headers)).toBe('admin.content_type');
    },
  );

  it('the cross-site check refuses a body of unknown length without a type', () => {
    expect(code({ 'sec-fetch-site': 'same-origin', 'transfer-encoding': 'chunked' })).toBe('admin.content_type');
  });

  it('the cross-site check admits the page’s own requests, with and without fetch metadata', () => {
    expect(code({ ...JSON_BODY, 'sec-fetch-site': 'same-origin' })).toBeNull();
    expect(code({ ...JSON_BODY, origin: ORIGIN })).toBeNull();
    expect(code({ 'sec-fetch-site': 'same-origin', 'content-length': '0' }, 'DELETE')).toBeNull();
  });

  it('the cross-site check admits reads from anywhere: they change nothing and are not readable there', () => {
    expect(code({ 'sec-fetch-site': 'cross-site' }, 'GET')).toBeNull();
  });
});
