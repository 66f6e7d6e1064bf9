import type { ErrorSpec } from '../errors.ts';
import { CALL_LIMITS, formatLimit } from '../limits/index.ts';

/** Errors of the public listener, before a surface handles the request. */
export const EDGE_ERRORS = {
  'edge.bad_target': {
    status: 400,
    owner: 'caller',
    title: 'The request line names a full address instead of a path.',
    hint: 'Send only the path. Only a request to a proxy has a full URL there.',
  },
  'edge.bad_path': {
    status: 400,
    owner: 'caller',
    title: 'The path of the address cannot be decoded.',
    hint: 'Percent-encode the path as UTF-8 (RFC 3986 section 2.1).',
  },
  'edge.malformed_request': {
    status: 400,
    owner: 'caller',
    title: 'The data received is not an HTTP/1.1 request.',
    hint: 'Send it with an HTTP client; behind a proxy, check what the proxy changes.',
  },
  'edge.headers_too_large': {
    status: 431,
    owner: 'caller',
    title: `The headers of the request are larger than ${formatLimit(CALL_LIMITS.headerBytes)}.`,
    hint: 'Send fewer or shorter headers; in a browser, delete the cookies of this site.',
  },
  'edge.request_timeout': {
    status: 408,
    owner: 'caller',
    title: 'The request did not arrive in time.',
    hint: `Send the headers within ${formatLimit(CALL_LIMITS.headerArrival)} and the whole request within ${formatLimit(CALL_LIMITS.uploadArrival)}.`,
  },
  'edge.repeated_header': {
    status: 400,
    owner: 'caller',
    title: 'A single-valued header was repeated.',
    hint: 'Send Host, Authorization and Content-Type once each.',
  },
  'edge.token_in_url': {
    status: 400,
    owner: 'caller',
    title: 'A token was sent in the URL; it belongs in the Authorization header.',
    hint: 'Send it as "Authorization: Bearer …". An API key in the URL is now revoked: create a new one. The access of an access token has ended: sign in again.',
  },
  'edge.wrong_host': {
    status: 403,
    owner: 'caller',
    title: 'This installation does not serve this host name.',
    hint: 'Use the address the installation was configured with (PATCHBAY_ORIGIN); for a local one, the name localhost.',
  },
  'edge.wrong_origin': {
    status: 403,
    owner: 'caller',
    title: 'Pages of other sites cannot call this installation.',
    hint: 'Call it from a program, or from a page of the installation itself.',
  },
  'edge.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is nothing at this address.',
    hint: 'Check the address. A connector answers at /{organization}/{connector}/mcp.',
  },
  'edge.method_not_allowed': {
    status: 405,
    owner: 'caller',
    title: 'This address does not take that HTTP method.',
    hint: 'Send each MCP message as its own POST.',
  },
  'edge.bad_body': {
    status: 400,
    owner: 'caller',
    title: 'The body could not be read.',
    hint: 'Send one complete JSON document with the right Content-Length.',
  },
  'edge.body_timeout': {
    status: 408,
    owner: 'caller',
    title: 'The body did not arrive in time.',
    hint: `Send the whole body within ${formatLimit(CALL_LIMITS.requestArrival)}.`,
  },
  'edge.body_too_large': {
    status: 413,
    owner: 'caller',
    title: `The body is larger than ${formatLimit(CALL_LIMITS.requestBytes)}.`,
    hint: 'Send less in one message; pass large data by reference.',
  },
  'edge.unsupported_media_type': {
    status: 415,
    owner: 'caller',
    title: 'This address does not take that content type.',
    hint: 'Send Content-Type: application/json.',
  },
  'edge.draining': {
    status: 503,
    owner: 'platform',
    title: 'This gateway is shutting down.',
    hint: 'Retry the request: another gateway, or this one after its restart, answers it.',
  },
  'edge.dashboard_unavailable': {
    status: 502,
    owner: 'platform',
    title: 'The dashboard does not answer.',
    hint: 'Reload in a few seconds; the first start of a version builds its pages, which takes a minute or two. Connectors are not affected.',
  },
  'edge.docs_building': {
    status: 503,
    owner: 'platform',
    title: 'The documentation is being built.',
    hint: 'This page reloads by itself. The pages of the errors, at /api/docs/errors/, are available already.',
  },
  'edge.docs_failed': {
    status: 503,
    owner: 'platform',
    title: 'The documentation could not be built.',
    hint: 'The log of the start names the cause; `npm run docs` builds it again. Nothing else is affected.',
  },
} as const satisfies Record<string, ErrorSpec>;
