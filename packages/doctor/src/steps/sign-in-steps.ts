import * as oauth from 'oauth4webapi';
import { isSuccess } from '../checks/check-endpoint.ts';
import { checkAuthorizeAnswer, checkCallback, checkRefreshes, checkTokens } from '../checks/check-sign-in.ts';
import { type Found, found } from '../rules/index.ts';
import { parseObject } from '../wire/rpc.ts';
import type { Exchange } from '../wire/wire.ts';
import { WireFailure } from '../wire/wire-failure.ts';
import type { KnownClient } from './server-steps.ts';
import {
  type Context,
  notTried,
  type Outcome,
  type Person,
  type ProtectedResource,
  type ServerMetadata,
} from './step.ts';

export interface SignIn {
  readonly metadata: ServerMetadata;
  readonly resource: ProtectedResource;
  readonly client: KnownClient;
}

/** The parameters that the person's browser came back with, as far as the exchange needs them. */
export interface Allowed {
  readonly parameters: URLSearchParams;
  readonly verifier: string;
}

/** Asks the authorization endpoint without a person first, then lets the person sign in. */
export async function authorize(context: Context, signIn: SignIn, person: Person | null): Promise<Outcome<Allowed>> {
  const { wire } = context;
  const { metadata, client } = signIn;
  const verifier = wire.redactor.hide(oauth.generateRandomCodeVerifier());
  const state = wire.redactor.hide(oauth.generateRandomState());
  const challenge = await oauth.calculatePKCECodeChallenge(verifier);
  const urlFor = (id: string, redirectUri: string) => authorizeUrl(signIn, { id, redirectUri, state, challenge });
  const findings: Found[] = [];
  const ask = async (at: { id: string; redirectUri: string }, rule: Parameters<typeof checkAuthorizeAnswer>[2]) => {
    const headers = { accept: 'text/html', 'user-agent': 'Mozilla/5.0' };
    const answer = await wire.send(urlFor(at.id, at.redirectUri), { headers, timeoutMs: context.bounds.discoveryMs });
    findings.push(...checkAuthorizeAnswer(answer, at.redirectUri, rule));
  };
  await ask(client, 'authorize.refused');
  if (findings.some(({ rule }) => rule === 'authorize.refused')) return { findings, value: null };
  for (const other of client.others) await ask(other, other.rule);
  if (person === null) return { ...notTried('it needs a person who signs in'), findings };
  const url = urlFor(client.id, client.redirectUri);
  await wire.mayAsk(url, 'the person signs in there');
  const callback = await person.signIn(url);
  if (callback === null) return { ...notTried('no sign-in was completed'), findings };
  const parameters = callback.searchParams;
  for (const secret of parameters.getAll('code')) wire.redactor.hide(secret);
  if (parameters.get('error') === 'access_denied') return { ...notTried('the person did not allow it'), findings };
  const promisesIss = metadata.authorization_response_iss_parameter_supported === true;
  const problems = checkCallback(parameters, { state, issuer: metadata.issuer, promisesIss });
  if (problems.length > 0) return { findings: [...findings, ...problems], value: null };
  const validated = oauth.validateAuthResponse(metadata, { client_id: client.id }, parameters, state);
  return { findings, value: { parameters: validated, verifier } };
}

function authorizeUrl(
  { metadata, resource }: SignIn,
  of: { readonly id: string; readonly redirectUri: string; readonly state: string; readonly challenge: string },
): URL {
  const url = new URL(metadata.authorization_endpoint);
  const parameters = {
    response_type: 'code',
    client_id: of.id,
    redirect_uri: of.redirectUri,
    state: of.state,
    code_challenge: of.challenge,
    code_challenge_method: 'S256',
    resource: resource.resource,
    ...(resource.scope !== null && resource.scope !== '' && { scope: resource.scope }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}

export interface Tokens {
  readonly access: string;
  readonly refresh: string | null;
}

/** Exchanges the code. @see RFC 6749 §4.1.3, RFC 8707 §2.2 */
export async function exchangeCode(
  context: Context,
  { metadata, resource, client }: SignIn,
  { parameters, verifier }: Allowed,
): Promise<Outcome<Tokens>> {
  const line = captured(context, context.bounds.tokenMs);
  const known = { client_id: client.id };
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      metadata,
      known,
      methodOf(client),
      parameters,
      client.redirectUri,
      verifier,
      { ...line.options, additionalParameters: { resource: resource.resource } },
    );
    hideTokens(context, line.exchanges);
    const [answer] = line.exchanges;
    const findings = answer === undefined ? [] : checkTokens(answer, resource);
    if (findings.some(({ rule }) => STOPS.has(rule))) return { findings, value: null };
    const tokens = await oauth.processAuthorizationCodeResponse(metadata, known, response);
    return { findings, value: { access: tokens.access_token, refresh: tokens.refresh_token ?? null } };
  } catch (error) {
    return { findings: [failureOf(error, 'token')], value: null };
  }
}

/** Findings after which there is no token to continue with. */
const STOPS: ReadonlySet<string> = new Set([
  'token.refused',
  'token.client',
  'token.redirect',
  'token.not-json',
  'token.invalid',
]);

/** As two machines of Claude do: a second after the first token, both with the same refresh token; then once more. */
export async function refresh(
  context: Context,
  { metadata, resource, client }: SignIn,
  tokens: Tokens,
): Promise<Outcome<Tokens>> {
  if (tokens.refresh === null) return { ...notTried('there is no refresh token'), value: tokens };
  const { refresh: before } = tokens;
  await context.pause(1_000);
  const known = { client_id: client.id };
  const send = async (token: string) => {
    const line = captured(context, context.bounds.refreshMs);
    await oauth.refreshTokenGrantRequest(metadata, known, methodOf(client), token, {
      ...line.options,
      additionalParameters: { resource: resource.resource },
    });
    hideTokens(context, line.exchanges);
    const [answer] = line.exchanges;
    if (answer === undefined) throw new WireFailure('unreachable', 'No answer came.');
    return answer;
  };
  try {
    const both = await Promise.all([send(before), send(before)]);
    const good = both.findLast(isSuccess);
    const next = parseObject(good?.text ?? '')?.refresh_token;
    const after = typeof next === 'string' ? await send(next) : null;
    const findings = checkRefreshes({ both, after, before, isPublic: client.secret === null });
    const newest = parseObject((after && isSuccess(after) ? after : good)?.text ?? '');
    const access = typeof newest?.access_token === 'string' ? newest.access_token : tokens.access;
    return { findings, value: { access, refresh: typeof next === 'string' ? next : before } };
  } catch (error) {
    return { findings: [failureOf(error, 'refresh')], value: tokens };
  }
}

const methodOf = ({ secret }: KnownClient): oauth.ClientAuth =>
  secret === null ? oauth.None() : oauth.ClientSecretPost(secret);

/** The library's requests on our line, with what came back. */
function captured({ wire }: Context, timeoutMs: number) {
  const exchanges: Exchange[] = [];
  const options = {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (url: string, init: oauth.CustomFetchOptions<'POST', URLSearchParams>) => {
      const headers = { ...init.headers, 'content-type': 'application/x-www-form-urlencoded' };
      const exchange = await wire.send(url, { method: init.method, headers, body: init.body.toString(), timeoutMs });
      exchanges.push(exchange);
      return new Response(exchange.text, { status: exchange.status, headers: exchange.headers });
    },
  };
  return { exchanges, options };
}

function hideTokens({ wire }: Context, exchanges: readonly Exchange[]): void {
  for (const { text } of exchanges) {
    const document = parseObject(text) ?? {};
    for (const name of ['access_token', 'refresh_token', 'id_token']) {
      const value = document[name];
      if (typeof value === 'string') wire.redactor.hide(value);
    }
  }
}

function failureOf(error: unknown, step: 'token' | 'refresh'): Found {
  if (error instanceof WireFailure) {
    if (error.kind === 'timeout') return found('token.slow', error.message);
    if (error.kind === 'unreachable' || error.kind === 'certificate') return found('token.refused', error.message);
    throw error;
  }
  // The library's messages describe a rule of OAuth, and hold no value of the answer.
  if (error instanceof Error) return found(step === 'token' ? 'token.invalid' : 'refresh.invalid', error.message);
  throw error;
}
