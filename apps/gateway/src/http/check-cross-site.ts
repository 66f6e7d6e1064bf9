/**
 * Guards everything that a session cookie can change against other sites, and against other ports of this host, to
 * which browsers send the same cookies. Assumes that browsers send true values of `Sec-Fetch-Site` and `Origin`, which
 * pages cannot set. Requests with a bearer never come here: they carry no ambient authority.
 */
import { AppError } from '@patchbay/foundation';

export interface CookieRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * @param allowed content types of a body; a request without body needs none
 * @throws AppError `auth.cross_site`, `admin.content_type`
 * @see Fetch Metadata Request Headers, W3C, "Sec-Fetch-Site"
 */
export function checkCrossSite(request: CookieRequest, origin: string, allowed: readonly string[]): void {
  if (SAFE_METHODS.has(request.method)) return;
  const site = request.headers['sec-fetch-site'];
  const sameOrigin = site === undefined ? request.headers.origin === origin : site === 'same-origin';
  // Where a browser states both, both must hold: a wrong PATCHBAY_ORIGIN shows itself here instead of later.
  const originAgrees = request.headers.origin === undefined || request.headers.origin === origin;
  if (!sameOrigin || !originAgrees) throw new AppError('auth.cross_site');
  if (hasBody(request) && !allowed.includes(mediaType(request.headers['content-type']))) {
    throw new AppError('admin.content_type');
  }
}

function hasBody(request: CookieRequest): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** The media type without parameters, in lower case; empty when there is none. */
export function mediaType(header: string | string[] | undefined): string {
  return String(header ?? '')
    .split(';', 1)
    .join('')
    .trim()
    .toLowerCase();
}
