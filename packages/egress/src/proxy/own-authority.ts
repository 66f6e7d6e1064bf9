/** Removes from a request to a credential host whatever the connector would act with on its own account (S3). */
import type { Headers } from './header-rules.ts';

const HEADER =
  /^(authorization|cookie2?|.*(api|access|auth|private|secret|session|service|subscription)[-_]?(key|token|secret|auth|id|bearer)|.*-token|token|api-?key)$/;
const PARAMETER =
  /^(access_?token|auth_?token|oauth_?token|id_?token|token|api[-_]?key|key|client_?secret|secret|password|session_?id|sig|signature)$/i;

export function withoutOwnHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HEADER.test(name)));
}

/** Path and query of the URL without parameters that carry an authority. */
export function pathWithoutOwnParameters(url: URL): string {
  const found = [...url.searchParams.keys()].filter((name) => PARAMETER.test(name));
  if (found.length === 0) return `${url.pathname}${url.search}`;
  const clean = new URL(url);
  for (const name of found) clean.searchParams.delete(name);
  return `${clean.pathname}${clean.search}`;
}
