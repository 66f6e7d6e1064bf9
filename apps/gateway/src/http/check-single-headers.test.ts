import { describe, expect, it } from 'vitest';
import { checkSingleHeaders } from './check-single-headers.ts';

describe('single-valued headers', () => {
  it.each([
    ['host', ['Host', 'a.example', 'Accept', '*/*', 'host', 'b.example']],
    ['authorization', ['Authorization', 'Bearer a', 'AUTHORIZATION', 'Bearer a']],
    ['content-type', ['Content-Type', 'application/json', 'content-type', 'text/plain']],
  ])('refuses %s twice, however it is written', (header, rawHeaders) => {
    expect(() => checkSingleHeaders(rawHeaders)).toThrow(
      expect.objectContaining({ code: 'edge.repeated_header', data: { header } }),
    );
  });

  it('lets headers repeat that are lists, and a value that reads like a name', () => {
    expect(() => checkSingleHeaders(['Accept', 'a', 'accept', 'b', 'x-name', 'host', 'Host', 'host'])).not.toThrow();
  });
});
