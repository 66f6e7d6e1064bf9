import { describe, expect, it } from 'vitest';
import { checkSingleHeaders } from './check-single-headers.ts';

describe('single-valued headers', () => {
  it.each([
    ['host', ['Host', 'a.example', 'Accept', '*/*', 'host', 'b.example']],
    ['authorization', ['Authorization', 'Bearer a', 'AUTHORIZATION', 'Bearer a']],
    ['content-type', ['Content-Type', 'application/json', 'content-type', 'text/plain']],
  ])('refuses a request with the header %s twice, in any case of letters', (header, rawHeaders) => {
    expect(() => checkSingleHeaders(rawHeaders)).toThrow(
      expect.objectContaining({ code: 'edge.repeated_header', data: { header } }),
    );
  });

  it('admits a repeated header that is a list, and a value that reads like the name of a header', () => {
    expect(() => checkSingleHeaders(['Accept', 'a', 'accept', 'b', 'x-name', 'host', 'Host', 'host'])).not.toThrow();
  });
});
