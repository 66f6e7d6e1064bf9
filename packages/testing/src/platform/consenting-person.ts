import { newId } from '@patchbay/foundation';
import type { Platform } from './platform.ts';

const PASSWORD = 'correct horse battery staple';
const REDIRECTS_MAX = 12;

export interface ConsentingPerson {
  readonly id: string;
  /**
   * Allows everything, in a window of its own. `send` makes the requests of the browser; default: `fetch`.
   *
   * @returns where the client's browser is sent back to
   */
  allow(authorizeUrl: URL, send?: Send): Promise<URL>;
}

type Send = (url: string, init: RequestInit) => Promise<Response>;

export interface ConsentingPersonOptions {
  readonly organizationId: string;
  readonly email: string;
}

/** A member with a password and a browser without a window: cookies, redirects, and the form of the consent page. */
export async function consentingPerson(
  { superuser }: Pick<Platform, 'superuser'>,
  origin: string,
  { organizationId, email }: ConsentingPersonOptions,
): Promise<ConsentingPerson> {
  const sameOrigin = { origin, 'sec-fetch-site': 'same-origin' };
  const start = new BrowserWindow(origin, new Map(), fetch);
  const post = (path: string, body: object) => {
    const headers = { ...sameOrigin, 'content-type': 'application/json' };
    return start.ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  };
  await post('/api/auth/sign-up/email', { email, password: PASSWORD, name: 'Mia' });
  const { text, status } = await post('/api/auth/sign-in/email', { email, password: PASSWORD });
  if (status !== 200) throw new Error(`not signed in: ${status} ${text}`);
  const { user } = JSON.parse(text);
  await superuser.query(
    `INSERT INTO identity.members (id, organization_id, person_id, role) VALUES ($1, $2, $3, 'member')`,
    [newId('member'), organizationId, user.id],
  );
  return {
    id: user.id,
    async allow(authorizeUrl, send = fetch) {
      const window = new BrowserWindow(origin, new Map(start.cookies), send);
      const page = await window.visit(authorizeUrl);
      if (page.callback !== null) return page.callback;
      const formToken = /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
      const form = new URLSearchParams({ formToken, answer: 'allow' });
      for (const [, scope] of page.text.matchAll(/name="scope:([^"]+)"/g)) form.set(`scope:${scope}`, 'yes');
      const headers = { ...sameOrigin, 'content-type': 'application/x-www-form-urlencoded' };
      const answered = await window.visit(page.url, { method: 'POST', headers, body: form.toString() });
      if (answered.callback === null) throw new Error(`nobody was sent back: ${answered.text.slice(0, 500)}`);
      return answered.callback;
    },
  };
}

/** Cookies and redirects, as a browser has them, within one origin. */
class BrowserWindow {
  readonly cookies: Map<string, string>;
  readonly #origin: string;
  readonly #send: Send;

  constructor(origin: string, cookies: Map<string, string>, send: Send) {
    this.#origin = origin;
    this.cookies = cookies;
    this.#send = send;
  }

  async ask(to: string | URL, init: RequestInit = {}) {
    const url = new URL(to, this.#origin);
    const headers = new Headers(init.headers);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await this.#send(url.href, { redirect: 'manual', ...init, headers: Object.fromEntries(headers) });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const { status, headers: received } = response;
    return { url, status, location: received.get('location'), text: await response.text() };
  }

  /** Follows redirects until a page, or an address of another origin: the callback. */
  async visit(to: string | URL, init?: RequestInit) {
    let seen = await this.ask(to, init);
    for (let count = 0; seen.location !== null && count < REDIRECTS_MAX; count += 1) {
      const next = new URL(seen.location, seen.url);
      if (next.origin !== this.#origin) return { ...seen, callback: next };
      seen = await this.ask(next);
    }
    return { ...seen, callback: null };
  }
}
