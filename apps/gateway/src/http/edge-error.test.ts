import { describe, expect, it } from 'vitest';
import { edgeError } from './edge-error.ts';

describe('a refusal of the HTTP server', () => {
  it.each([
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'edge.unsupported_media_type'],
    ['FST_ERR_CTP_BODY_TOO_LARGE', 'edge.body_too_large'],
    ['FST_ERR_SOMETHING_NEW', 'internal.unexpected'],
  ])('the error %s of the HTTP server is answered as %s', (code, ours) => {
    expect(edgeError(Object.assign(new Error('in its words'), { code })).code).toBe(ours);
  });
});
