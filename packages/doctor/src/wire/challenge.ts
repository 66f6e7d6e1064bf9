/** A challenge with the scheme Bearer. @see RFC 6750 §3, RFC 9728 §5.1 */
export interface BearerChallenge {
  readonly parameters: ReadonlyMap<string, string>;
}

const SCHEME = /(?:^|,)\s*bearer(?:\s+|$)/i;
const PARAMETER = /^([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,\s*|$)/;

/** The Bearer challenge of a `WWW-Authenticate`; null where there is none. @see RFC 9110 §11.6.1 */
export function parseChallenge(header: string | null): BearerChallenge | null {
  const scheme = SCHEME.exec(header ?? '');
  if (header === null || scheme === null) return null;
  const parameters = new Map<string, string>();
  let rest = header.slice(scheme.index + scheme[0].length).trimStart();
  // Ends at whatever is no parameter: the next scheme, or rubbish.
  for (let found = PARAMETER.exec(rest); found !== null; found = PARAMETER.exec(rest)) {
    const [whole, name = '', quoted, token = ''] = found;
    parameters.set(name.toLowerCase(), quoted === undefined ? token : quoted.replace(/\\(.)/g, '$1'));
    rest = rest.slice(whole.length);
  }
  return { parameters };
}
