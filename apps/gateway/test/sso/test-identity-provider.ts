/** An OpenID Connect provider over TLS on this machine, under a name of its own, with faults to switch on. */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createGuardedFetch } from '@patchbay/egress/guarded-fetch';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { TEST_AUTHORITY, TEST_SERVER } from './test-certificate.ts';

export const CLIENT_ID = 'patchbay';
export const CLIENT_SECRET = 'a secret of the provider: with +, & and %';

/** The platform's own fetch, with the tests' authority; only names of test providers lead to this machine. */
export const ssoFetch = createGuardedFetch({
  certificateAuthorities: [TEST_AUTHORITY],
  trustedHosts: new Set(['idp.test.example', 'evil.test.example', 'other.test.example']),
  resolver: async (host) => (host.endsWith('.test.example') ? ['127.0.0.1'] : []),
  timeoutMs: 5_000,
});

export interface Faults {
  readonly alg?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signs with a key that is not published. */
  readonly foreignKey?: boolean;
  /** The token endpoint answers with this OAuth error. */
  readonly tokenError?: string;
  /** `iss` of the callback; null leaves it out. */
  readonly iss?: string | null;
}

interface Issued {
  readonly challenge: string;
  readonly nonce: string;
  readonly redirectUri: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

export class TestIdentityProvider {
  readonly issuer: string;
  faults: Faults = {};
  readonly #server: Server;
  readonly #keys: Pair;
  readonly #foreign: Pair;
  readonly #codes = new Map<string, Issued>();

  private constructor(issuer: string, server: Server, [keys, foreign]: readonly [Pair, Pair]) {
    this.issuer = issuer;
    this.#server = server;
    this.#keys = keys;
    this.#foreign = foreign;
    server.on('request', async (request: IncomingMessage, response) => {
      const { status, body } = await this.#answer(request);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }

  static async start(name: 'idp' | 'evil' | 'other'): Promise<TestIdentityProvider> {
    const server = createServer(TEST_SERVER);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // it listens on a port
    const pair = () => generateKeyPair('RS256', { extractable: true });
    return new TestIdentityProvider(`https://${name}.test.example:${port}`, server, [await pair(), await pair()]);
  }

  /** A person signs in at the provider's page. @returns the address that the browser is sent back to */
  approve(authorizationUrl: string, claims: Readonly<Record<string, unknown>>): string {
    const { searchParams } = new URL(authorizationUrl);
    const code = randomBytes(16).toString('hex');
    this.#codes.set(code, {
      challenge: searchParams.get('code_challenge') ?? '',
      nonce: searchParams.get('nonce') ?? '',
      redirectUri: searchParams.get('redirect_uri') ?? '',
      claims,
    });
    return this.#back(searchParams, { code });
  }

  refuse(authorizationUrl: string, error: string): string {
    return this.#back(new URL(authorizationUrl).searchParams, { error, error_description: 'not today' });
  }

  /** A signed token, as an ID token or for other uses. */
  async sign(
    claims: Readonly<Record<string, unknown>>,
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const key = this.faults.foreignKey ? this.#foreign : this.#keys;
    return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key.privateKey);
  }

  /** The public key, for tests that confuse it with a secret. */
  async publicJwk() {
    return { ...(await exportJWK(this.#keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #back(asked: URLSearchParams, answer: Record<string, string>): string {
    const url = new URL(asked.get('redirect_uri') ?? '');
    const iss = this.faults.iss === undefined ? this.issuer : this.faults.iss;
    const all = { ...answer, state: asked.get('state') ?? '', ...(iss !== null && { iss }) };
    for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
    return url.href;
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    switch (request.url) {
      case '/.well-known/openid-configuration':
        return { status: 200, body: this.#metadata() };
      case '/jwks':
        return { status: 200, body: { keys: [await this.publicJwk()] } };
      case '/token':
        return this.#exchange(request);
      default:
        return { status: 404, body: {} };
    }
  }

  #metadata() {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'none'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  async #exchange(request: IncomingMessage) {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    if (this.faults.tokenError !== undefined) return { status: 400, body: { error: this.faults.tokenError } };
    const form = new URLSearchParams(text);
    const issued = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight = issued?.challenge === challenge && issued.redirectUri === form.get('redirect_uri');
    if (!isRight || issued === undefined) return { status: 400, body: { error: 'invalid_grant' } };
    // RFC 6749 §2.3.1: id and secret are encoded before they are joined.
    const expected = [CLIENT_ID, CLIENT_SECRET]
      .map((part) => encodeURIComponent(part).replaceAll('%20', '+'))
      .join(':');
    const given = Buffer.from((request.headers.authorization ?? '').slice('Basic '.length), 'base64').toString();
    if (decodeURIComponent(given.replaceAll('+', ' ')) !== decodeURIComponent(expected.replaceAll('+', ' '))) {
      return { status: 401, body: { error: 'invalid_client' } };
    }
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.issuer, aud: CLIENT_ID, iat: now, exp: now + 300, nonce: issued.nonce };
    const all = { ...claims, ...issued.claims, ...this.faults.claims };
    const idToken =
      this.faults.alg === 'none'
        ? `${encode({ alg: 'none' })}.${encode(all)}.`
        : await this.sign(all, this.faults.alg === undefined ? {} : { alg: this.faults.alg });
    return { status: 200, body: { access_token: 'a', token_type: 'bearer', id_token: idToken } };
  }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
