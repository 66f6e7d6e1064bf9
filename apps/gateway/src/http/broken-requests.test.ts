import { expect, it } from 'vitest';
import { brokenRequestError } from './broken-requests.ts';

it.each([
  ['HPE_HEADER_OVERFLOW', 'edge.headers_too_large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'edge.request_timeout'],
  ['HPE_INVALID_METHOD', 'edge.malformed_request'],
  [undefined, 'edge.malformed_request'],
])('answers the error %s of the HTTP parser with %s', (code, expected) => {
  expect(brokenRequestError(Object.assign(new Error('parser'), { code })).code).toBe(expected);
});
