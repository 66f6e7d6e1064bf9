import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { GrantModel, IssuedTokens } from './grant-model.ts';
import { isSame, type ProviderAccounts } from './provider-accounts.ts';
import type { ProviderAnswer } from './provider-faults.ts';

/** A code ends after a minute (RFC 6749 §4.1.2 permits ten). */
const CODE_MS = 60_000;

/** The one application that is registered at a stand-in provider. */
export interface ProviderClient {
  readonly id: string;
  readonly secret: string;
  /** How it may authenticate itself; both by default. */
  readonly authentication: 'client_secret_basic' | 'client_secret_post' | 'either';
  /** Exact; any while it is empty. */
  readonly redirectUris: readonly string[];
  readonly pkce: 'required' | 'supported' | 'unsupported';
  readonly scopes: readonly string[];
}

interface Code {
  readonly account: string;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly expiresMs: number;
  issued: IssuedTokens | null;
}

/** The OAuth endpoints of a stand-in provider. @see https://www.rfc-editor.org/rfc/rfc6749 */
export class AuthorizationServer {
  client: ProviderClient;
  readonly #model: GrantModel;
  readonly #accounts: ProviderAccounts;
  readonly #now: () => number;
  readonly #codes = new Map<string, Code>();

  constructor(client: ProviderClient, model: GrantModel, about: { accounts: ProviderAccounts; now: () => number }) {
    this.client = client;
    this.#model = model;
    this.#accounts = about.accounts;
    this.#now = about.now;
  }

  /** Why an authorization request is refused without a way back (RFC 6749 §4.1.2.1); null for none. */
  problemOf(asked: URLSearchParams): string | null {
    if (asked.get('client_id') !== this.client.id) return 'The client is not registered.';
    const { redirectUris } = this.client;
    const redirectUri = asked.get('redirect_uri') ?? '';
    if (!URL.canParse(redirectUri)) return 'The redirect URI is missing.';
    if (redirectUris.length > 0 && !redirectUris.includes(redirectUri)) return 'The redirect URI is not registered.';
    return null;
  }

  /** The person consents, to all scopes that are asked for or to some. @returns the address to send the browser to */
  approve(asked: URLSearchParams, person: string, scopes?: readonly string[]): string {
    const wanted = (asked.get('scope') ?? '').split(/[ ,]+/).filter((scope) => scope !== '');
    const challenge = asked.get('code_challenge');
    if (asked.get('response_type') !== 'code') return back(asked, { error: 'unsupported_response_type' });
    if (wanted.some((scope) => !this.client.scopes.includes(scope))) return back(asked, { error: 'invalid_scope' });
    const isProved = challenge !== null && asked.get('code_challenge_method') === 'S256';
    if (challenge === null ? this.client.pkce === 'required' : !isProved)
      return back(asked, { error: 'invalid_request', error_description: 'PKCE with S256 is required' });
    const code = randomBytes(16).toString('base64url');
    this.#codes.set(code, {
      account: this.#accounts.of(person).id,
      scopes: scopes ?? wanted,
      redirectUri: asked.get('redirect_uri') ?? '',
      challenge: this.client.pkce === 'unsupported' ? null : challenge,
      expiresMs: this.#now() + CODE_MS,
      issued: null,
    });
    return back(asked, { code });
  }

  /** The person declines, or the provider fails with another error. */
  deny(asked: URLSearchParams, error: string): string {
    return back(asked, { error, error_description: 'The person declined.' });
  }

  /** The token endpoint. */
  token(headers: IncomingHttpHeaders, form: URLSearchParams): ProviderAnswer {
    const refused = this.#checkClient(headers, form);
    if (refused) return refused;
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return this.#redeem(form);
      case 'refresh_token':
        return this.#refresh(form);
      default:
        return failure('unsupported_grant_type', 'code and refresh token only');
    }
  }

  /** RFC 7009 §2.2: a token that is unknown is as good as revoked. */
  revoke(headers: IncomingHttpHeaders, form: URLSearchParams): ProviderAnswer {
    const refused = this.#checkClient(headers, form);
    if (refused) return refused;
    this.#model.revoke(form.get('token') ?? '');
    return { status: 200, body: '' };
  }

  #redeem(form: URLSearchParams): ProviderAnswer {
    const code = this.#codes.get(form.get('code') ?? '');
    if (!code || this.#now() >= code.expiresMs) return failure('invalid_grant', 'the code is unknown or has expired');
    if (code.issued) {
      // RFC 6749 §4.1.2: a second use revokes what the first one got.
      this.#model.revoke(code.issued.accessToken);
      return failure('invalid_grant', 'the code was used before');
    }
    if (form.get('redirect_uri') !== code.redirectUri) return failure('invalid_grant', 'another redirect URI');
    const verifier = form.get('code_verifier');
    const proof = verifier === null ? null : createHash('sha256').update(verifier).digest('base64url');
    if (proof !== code.challenge && this.client.pkce !== 'unsupported')
      return failure('invalid_grant', 'the code verifier is not that of the challenge');
    code.issued = this.#model.authorize(code.account, code.scopes);
    return tokenAnswer(code.issued);
  }

  #refresh(form: URLSearchParams): ProviderAnswer {
    const scopes = form.get('scope')?.split(' ');
    const answer = this.#model.refresh(form.get('refresh_token') ?? '', scopes);
    return 'refused' in answer ? failure('invalid_grant', answer.refused) : tokenAnswer(answer);
  }

  /** RFC 6749 §2.3.1: id and secret are form-encoded before they are joined. */
  #checkClient(headers: IncomingHttpHeaders, form: URLSearchParams): ProviderAnswer | null {
    const { id, secret, authentication } = this.client;
    const [scheme = '', joined = ''] = (headers.authorization ?? '').split(' ');
    const isBasic = /^basic$/i.test(scheme);
    const [basicId = '', basicSecret = ''] = Buffer.from(joined, 'base64').toString('utf8').split(':');
    const given = isBasic
      ? [decode(basicId), decode(basicSecret)]
      : [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
    const isAllowed = authentication === 'either' || (authentication === 'client_secret_basic') === isBasic;
    if (isAllowed && isSame(id, given[0] ?? '') && isSame(secret, given[1] ?? '')) return null;
    return { ...failure('invalid_client', 'wrong id or secret'), status: 401 };
  }
}

function back(asked: URLSearchParams, answer: Readonly<Record<string, string>>): string {
  const url = new URL(asked.get('redirect_uri') ?? '');
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  const state = asked.get('state');
  if (state !== null) url.searchParams.set('state', state);
  return url.href;
}

const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));

function failure(error: string, description: string): ProviderAnswer {
  return { status: 400, body: { error, error_description: description } };
}

function tokenAnswer({ accessToken, refreshToken, expiresIn, scopes }: IssuedTokens): ProviderAnswer {
  const body = {
    access_token: accessToken,
    token_type: 'Bearer',
    scope: scopes.join(' '),
    ...(expiresIn !== null && { expires_in: expiresIn }),
    ...(refreshToken !== null && { refresh_token: refreshToken }),
  };
  return { status: 200, headers: { 'cache-control': 'no-store' }, body };
}
