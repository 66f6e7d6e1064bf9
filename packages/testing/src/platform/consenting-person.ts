import { newId } from '@patchbay/foundation';
import type { Platform } from './platform.ts';

const PASSWORD = 'correct horse battery staple';
const REDIRECTS_MAX = 12;

export interface ConsentingPerson {
  readonly id: string;
  /** Signs in where needed and allows everything. @returns where the client's browser is sent back to */
  allow(authorizeUrl: URL): Promise<URL>;
}

export interface ConsentingPersonOptions {
  readonly organizationId: string;
  readonly email: string;
  /** Sends the requests of the browser; default: `fetch`. */
  readonly send?: (url: string, init: RequestInit) => Promise<Response>;
}

/** A member with a password and a browser without a window: cookies, redirects, and the form of the consent page. */
export async function consentingPerson(
  { superuser }: Pick<Platform, 'superuser'>,
  origin: string,
  { organizationId, email, send = fetch }: ConsentingPersonOptions,
): Promise<ConsentingPerson> {
  const cookies = new Map<string, string>();
  const ask = async (to: string | URL, init: RequestInit = {}) => {
    const url = new URL(to, origin);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const given = new Headers(init.headers);
    if (cookie !== '') given.set('cookie', cookie);
    const headers = Object.fromEntries(given);
    const response = await send(url.href, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return { url, response, location: response.headers.get('location'), text: await response.text() };
  };
  const visit = async (to: string | URL, init?: RequestInit) => {
    let seen = await ask(to, init);
    for (let count = 0; seen.location !== null && count < REDIRECTS_MAX; count += 1) {
      const next = new URL(seen.location, seen.url);
      if (next.origin !== new URL(origin).origin) return { ...seen, callback: next };
      seen = await ask(next);
    }
    return { ...seen, callback: null };
  };
  const sameOrigin = { origin, 'sec-fetch-site': 'same-origin' };
  const post = (path: string, body: object) =>
    ask(path, {
      method: 'POST',
      headers: { ...sameOrigin, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  await post('/api/auth/sign-up/email', { email, password: PASSWORD, name: 'Mia' });
  const { text, response } = await post('/api/auth/sign-in/email', { email, password: PASSWORD });
  if (!response.ok) throw new Error(`not signed in: ${response.status} ${text}`);
  const { user } = JSON.parse(text);
  await superuser.query(
    `INSERT INTO identity.members (id, organization_id, person_id, role) VALUES ($1, $2, $3, 'member')`,
    [newId('member'), organizationId, user.id],
  );
  return {
    id: user.id,
    async allow(authorizeUrl) {
      const page = await visit(authorizeUrl);
      if (page.callback !== null) return page.callback;
      const formToken = /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
      const form = new URLSearchParams({ formToken, answer: 'allow' });
      for (const [, scope] of page.text.matchAll(/name="scope:([^"]+)"/g)) form.set(`scope:${scope}`, 'yes');
      const type = 'application/x-www-form-urlencoded';
      const headers = { ...sameOrigin, 'content-type': type };
      const { callback, text: after } = await visit(page.url, { method: 'POST', headers, body: form.toString() });
      if (callback === null) throw new Error(`nobody was sent back: ${after.slice(0, 500)}`);
      return callback;
    },
  };
}
