import { createHash, randomUUID } from 'node:crypto';
import type { GuardedFetch } from '@patchbay/egress/guarded-fetch';

interface Seen {
  readonly url: string;
  readonly authorization: string | null;
  readonly form: URLSearchParams;
}

/** A service beside the platform that checks what an authorization server has to, and records what arrived. */
export class Upstream {
  readonly seen: Seen[] = [];
  readonly revoked: string[] = [];
  readonly #codes = new Map<string, { account: string; asked: URLSearchParams }>();
  readonly #accounts = new Map<string, string>();

  readonly fetch: GuardedFetch = async (input, init) => {
    const url = new URL(String(input));
    const headers = new Headers(init?.headers);
    const form = new URLSearchParams(String(init?.body ?? ''));
    this.seen.push({ url: url.href, authorization: headers.get('authorization'), form });
    if (url.pathname === '/token') return this.#token(form);
    if (url.pathname === '/revoke') {
      this.revoked.push(form.get('token') ?? '');
      return new Response(null, { status: 200 });
    }
    const bearer = headers.get('authorization')?.replace('Bearer ', '') ?? headers.get('x-key') ?? '';
    const account = this.#accounts.get(bearer);
    if (account === undefined) return Response.json({ message: 'Bad credentials' }, { status: 401 });
    return Response.json({ id: `id-${account}`, label: `${account}@tracker.example` });
  };

  /** The person consents at the page that the browser was sent to. Returns the path that it comes back to. */
  consent(location: string, account: string): string {
    const asked = new URL(location).searchParams;
    const code = randomUUID();
    this.#codes.set(code, { account, asked });
    const back = new URL(asked.get('redirect_uri') ?? '');
    return `${back.pathname}?code=${code}&state=${asked.get('state')}`;
  }

  issueKey(account: string): string {
    const key = `trk_${randomUUID()}`;
    this.#accounts.set(key, account);
    return key;
  }

  #token(form: URLSearchParams): Response {
    const found = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      found?.asked.get('code_challenge') === challenge && found.asked.get('redirect_uri') === form.get('redirect_uri');
    if (found === undefined || !isRight) return Response.json({ error: 'invalid_grant' }, { status: 400 });
    const token = `planted-token-${randomUUID()}`;
    this.#accounts.set(token, found.account);
    const scope = found.asked.get('scope');
    return Response.json({
      access_token: token,
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: `planted-${token}`,
      scope,
    });
  }
}
