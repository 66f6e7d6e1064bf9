import { type Found, found } from '../rules/index.ts';
import { type Json, parseObject } from '../wire/rpc.ts';
import { type Answer, contentTypeOf, isJson, isRedirect, isSuccess, statusOf } from './check-endpoint.ts';

/** @see RFC 7591 §3.2.1 */
export function checkRegistration(answer: Answer, asked: readonly string[]): Found[] {
  if (!isSuccess(answer)) return [found('register.refused', statusOf(answer))];
  const document = parseObject(answer.text);
  if (typeof document?.client_id !== 'string') return [found('register.not-json', contentTypeOf(answer))];
  const registered: readonly unknown[] | null = Array.isArray(document.redirect_uris) ? document.redirect_uris : null;
  const lost = registered === null ? undefined : asked.find((uri) => !registered.includes(uri));
  return lost === undefined ? [] : [found('register.redirects', `${lost} is not among ${registered}`)];
}

/** The answer of the token endpoint to a client that does not exist. @see RFC 6749 §5.2 */
export function checkUnknownClient(answer: Answer): Found[] {
  return parseObject(answer.text)?.error === 'invalid_client'
    ? []
    : [found('register.unknown-client', statusOf(answer))];
}

/** The first answer of the authorization endpoint, before a person signed in. `rule`: for a refusal. */
export function checkAuthorizeAnswer(
  answer: Answer,
  redirectUri: string,
  rule: 'authorize.refused' | 'authorize.callback' | 'authorize.loopback',
): Found[] {
  if (!isRedirect(answer)) return isSuccess(answer) ? [] : [found(rule, statusOf(answer))];
  const location = answer.headers.get('location') ?? '';
  if (!location.startsWith(redirectUri) || !URL.canParse(location)) return [];
  const { searchParams: parameters } = new URL(location);
  const error = parameters.get('error');
  if (error !== null) return [found(rule, `error ${error}`)];
  return parameters.has('code') ? [found('authorize.consent', `${answer.status} with a code`)] : [];
}

export interface ExpectedCallback {
  readonly state: string;
  readonly issuer: string;
  /** Whether the metadata promises `iss`. */
  readonly promisesIss: boolean;
}

/** The parameters that the person's browser came back with. @see RFC 9207 §2.4 */
export function checkCallback(parameters: URLSearchParams, expected: ExpectedCallback): Found[] {
  const iss = parameters.get('iss');
  if (iss !== null && iss !== expected.issuer) return [found('authorize.iss', `iss is ${iss}`)];
  if (iss === null && expected.promisesIss) return [found('authorize.iss-missing', 'no iss')];
  if (parameters.get('state') !== expected.state) return [found('authorize.state', 'another state, or none')];
  const error = parameters.get('error');
  if (error !== null) return [found('authorize.error', `${error} ${parameters.get('error_description') ?? ''}`.trim())];
  return parameters.get('code') === null ? [found('authorize.no-code', 'no code')] : [];
}

export interface ExpectedTokens {
  readonly resource: string;
  readonly scope: string | null;
}

/** The answer to the exchange of a code. @see RFC 6749 §5 */
export function checkTokens(answer: Answer, { resource, scope }: ExpectedTokens): Found[] {
  if (isRedirect(answer)) return [found('token.redirect', statusOf(answer))];
  const document = parseObject(answer.text);
  if (document === null) return [found('token.not-json', `${answer.status} ${contentTypeOf(answer)}`)];
  if (!isSuccess(answer)) {
    return [found(document.error === 'invalid_client' ? 'token.client' : 'token.refused', errorOf(document))];
  }
  const findings: Found[] = [];
  if (!isJson(answer)) findings.push(found('token.content-type', contentTypeOf(answer)));
  const problem = lacking(document);
  if (problem !== null) return [...findings, found('token.invalid', problem)];
  findings.push(...checkAudience(String(document.access_token), resource));
  const granted = typeof document.scope === 'string' ? document.scope.split(' ') : null;
  const missing =
    granted === null ? [] : (scope ?? '').split(' ').filter((one) => one !== '' && !granted.includes(one));
  if (missing.length > 0) findings.push(found('token.scope', `without ${missing.join(' ')}`));
  if (typeof document.refresh_token !== 'string') findings.push(found('token.no-refresh', 'no refresh_token'));
  return findings;
}

/** The answers to two refreshes at the same time, and to one after them with the newest token. */
export interface Refreshes {
  readonly both: readonly [Answer, Answer];
  readonly after: Answer | null;
  readonly isPublic: boolean;
  readonly before: string;
}

export function checkRefreshes({ both, after, isPublic, before }: Refreshes): Found[] {
  const [good = null, ...goods] = both.filter(isSuccess);
  const refused = both.find((answer) => !isSuccess(answer));
  if (good === null) return [found('refresh.refused', refused === undefined ? '' : statusOf(refused))];
  const findings: Found[] = [];
  const problem = lacking(parseObject(good.text) ?? {});
  if (problem !== null) findings.push(found('refresh.invalid', problem));
  if (after !== null && !isSuccess(after)) findings.push(found('refresh.family', statusOf(after)));
  else if (goods.length === 0 && refused !== undefined) findings.push(found('refresh.parallel', statusOf(refused)));
  const next = parseObject(good.text)?.refresh_token;
  if (isPublic && (next === undefined || next === before))
    findings.push(found('refresh.not-rotated', 'the same refresh token'));
  return findings;
}

function lacking(document: Json): string | null {
  if (typeof document.access_token !== 'string' || document.access_token === '') return 'no access_token';
  if (String(document.token_type).toLowerCase() !== 'bearer')
    return `token_type is ${document.token_type ?? 'missing'}`;
  const { expires_in: seconds } = document;
  return seconds === undefined || (Number.isFinite(Number(seconds)) && Number(seconds) > 0)
    ? null
    : `expires_in is ${seconds}`;
}

const errorOf = ({ error, error_description: text }: Json): string => `${error ?? 'no error'} ${text ?? ''}`.trim();

/** Only of tokens that can be read: opaque ones are the server's own matter. @see RFC 9068 §2.2 */
function checkAudience(token: string, resource: string): Found[] {
  const claims = parseObject(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  if (claims?.aud === undefined) return [];
  const audiences = [claims.aud].flat().map(String);
  const normal = (text: string) => text.replace(/\/$/, '');
  return audiences.some((audience) => normal(audience) === normal(resource))
    ? []
    : [found('token.audience', `aud is ${audiences.join(' ')}, not ${resource}`)];
}
