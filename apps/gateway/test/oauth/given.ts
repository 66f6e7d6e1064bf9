/** A person's browser and an OAuth client at a listening installation. */
import { createHash, randomBytes } from 'node:crypto';
import { createConnector } from '@patchbay/domain/connectors';
import { activate } from '@patchbay/domain/deployments';
import { moveVersion, submitVersion, VERSION_STATES } from '@patchbay/domain/versions';
import type { Installation, SignedIn } from '../admin/given.ts';

export const CALLBACK = 'https://claude.ai/api/mcp/auth_callback';
export const LOOPBACK = 'http://localhost:43117/callback';
const SYSTEM = { kind: 'system', name: 'test' } as const;
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** One tool that reads and one that writes. */
const MANIFEST = {
  manifestVersion: 1,
  tools: [
    { name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
    { name: 'send', inputSchema: { type: 'object' } },
  ],
};

export type Owner = SignedIn & { readonly organizationId: string };

/** A connector with a live version. @returns its id */
export async function liveConnector(
  { database }: Installation,
  owner: Owner,
  { slug, manifest = {} }: { readonly slug: string; readonly manifest?: object },
): Promise<string> {
  return database.withOrganization(owner, async (tx) => {
    const { id } = await createConnector(tx, SYSTEM, { slug });
    const input = { connectorId: id, sourceDigest: DIGEST, typecheck: true, activate: false };
    const version = await submitVersion(tx, SYSTEM, input);
    const way = VERSION_STATES.slice(0, VERSION_STATES.indexOf('published') + 1);
    for (const [index, from] of way.entries()) {
      const to = way[index + 1];
      const patch = to === 'published' ? { artifactDigest: DIGEST, manifest: { ...MANIFEST, ...manifest } } : {};
      if (to !== undefined) await moveVersion(tx, version.id, { from, to }, patch);
    }
    await activate(tx, SYSTEM, { connectorId: id, versionId: version.id, cause: 'deploy' });
    return id;
  });
}

/** A JSON answer, read loosely: what it holds is what the test asserts. */
// biome-ignore lint/suspicious/noExplicitAny: assertions read many shapes
export type Json = any;

export interface Seen {
  readonly url: string;
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
  readonly headers: Headers;
}

/** Follows redirects within the installation as a browser does, with a jar of cookies. */
export class Browser {
  readonly #origin: string;
  readonly cookies = new Map<string, string>();

  constructor(origin: string, person?: SignedIn) {
    this.#origin = origin;
    if (person) this.be(person);
  }

  /** Signed in as this person from now on. */
  be(person: SignedIn): void {
    const [name = '', ...value] = person.cookie.split('=');
    this.cookies.set(name, value.join('='));
  }

  async send(url: string | URL, init: RequestInit = {}): Promise<Seen> {
    const target = new URL(url, this.#origin);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(target, {
      redirect: 'manual',
      ...init,
      headers: { accept: 'text/html', ...(cookie && { cookie }), ...(init.headers as Record<string, string>) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const [name = '', ...value] = pair.split('=');
      if (value.join('=') === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value.join('='));
    }
    const { status, headers } = response;
    return { url: target.href, status, location: headers.get('location'), text: await response.text(), headers };
  }

  /** Until a page, or an address outside of the authorization server. */
  async visit(url: string | URL, init?: RequestInit): Promise<Seen> {
    let seen = await this.send(url, init);
    for (let redirects = 0; seen.location !== null && redirects < 12; redirects += 1) {
      const next = new URL(seen.location, this.#origin);
      if (next.origin !== this.#origin || next.pathname.startsWith('/dashboard')) return seen;
      seen = await this.send(next);
    }
    return seen;
  }

  /** Sends the form of a consent page. `scopes` are those that stay ticked; all unless given. */
  async answer(page: Seen, answer: 'allow' | 'deny' | 'switch', scopes?: readonly string[]): Promise<Seen> {
    const formToken = /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const shown = [...page.text.matchAll(/name="scope:([^"]+)"/g)].map(([, name]) => name ?? '');
    const form = new URLSearchParams({ formToken, answer });
    for (const scope of scopes ?? shown) form.set(`scope:${scope}`, 'yes');
    return this.visit(page.url, {
      method: 'POST',
      body: form,
      headers: { origin: this.#origin, 'sec-fetch-site': 'same-origin' },
    });
  }
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly scope: string;
  readonly expires_in: number;
}

/** An OAuth client, as far as the wire shows one. */
export class OAuthClient {
  readonly #origin: string;
  readonly id: string;
  readonly redirectUri: string;
  readonly resource: string;
  readonly secret: string | undefined;
  verifier = randomBytes(32).toString('base64url');

  constructor(
    origin: string,
    of: { readonly id: string; readonly redirectUri?: string; readonly resource: string; readonly secret?: string },
  ) {
    this.#origin = origin;
    this.id = of.id;
    this.redirectUri = of.redirectUri ?? LOOPBACK;
    this.resource = of.resource;
    this.secret = of.secret;
  }

  /** A new registration, public unless the metadata names a method. */
  static async register(
    origin: string,
    resource: string,
    metadata: Readonly<Record<string, unknown>> = {},
  ): Promise<OAuthClient> {
    const redirectUri = (metadata.redirect_uris as string[] | undefined)?.[0] ?? LOOPBACK;
    const { status, body } = await register(origin, {
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      ...metadata,
    });
    if (status !== 201) throw new Error(`not registered: ${status} ${JSON.stringify(body)}`);
    return new OAuthClient(origin, { id: body.client_id, redirectUri, resource, secret: body.client_secret });
  }

  /** The same client at another resource. */
  at(resource: string): OAuthClient {
    const secret = this.secret === undefined ? {} : { secret: this.secret };
    return new OAuthClient(this.#origin, { id: this.id, redirectUri: this.redirectUri, resource, ...secret });
  }

  /** `undefined` leaves a parameter out. */
  authorizeUrl(change: Readonly<Record<string, string | undefined>> = {}): string {
    const parameters = {
      response_type: 'code',
      client_id: this.id,
      redirect_uri: this.redirectUri,
      resource: this.resource,
      state: 'st4te',
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...change,
    };
    const url = new URL('/authorize', this.#origin);
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
    return url.href;
  }

  async token(form: Readonly<Record<string, string>>, headers: Record<string, string> = {}) {
    const body = new URLSearchParams({ client_id: this.id, ...form });
    if (this.secret !== undefined && headers.authorization === undefined) body.set('client_secret', this.secret);
    const response = await fetch(new URL('/token', this.#origin), { method: 'POST', body, headers });
    const answer: Json = await response.json();
    return { status: response.status, body: answer, headers: response.headers };
  }

  exchange(code: string, change: Readonly<Record<string, string>> = {}) {
    return this.token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.redirectUri,
      code_verifier: this.verifier,
      ...change,
    });
  }

  refresh(refreshToken: string, change: Readonly<Record<string, string>> = {}) {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...change });
  }

  /** From the authorization request to the code, through the consent page where there is one. */
  async code(browser: Browser, change: Readonly<Record<string, string | undefined>> = {}): Promise<string> {
    const page = await browser.visit(this.authorizeUrl(change));
    const answered = page.location === null ? await browser.answer(page, 'allow') : page;
    const code = answered.location === null ? null : new URL(answered.location).searchParams.get('code');
    if (code === null) throw new Error(`no code: ${answered.status} ${answered.location} ${answered.text}`);
    return code;
  }

  async connect(browser: Browser, change: Readonly<Record<string, string | undefined>> = {}): Promise<Tokens> {
    const { status, body } = await this.exchange(await this.code(browser, change));
    if (status !== 200) throw new Error(`no token: ${status} ${JSON.stringify(body)}`);
    return body;
  }
}

export async function register(origin: string, metadata: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(new URL('/register', origin), {
    method: 'POST',
    body: JSON.stringify(metadata),
    headers: { 'content-type': 'application/json', ...headers },
  });
  const body: Json = await response.json();
  return { status: response.status, body };
}

/** The claims of an access token, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
