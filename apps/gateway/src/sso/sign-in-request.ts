import type { StateSealer } from '@patchbay/vault';
import { z } from 'zod';
import { cookieRule } from '../http/cookies.ts';

/** A sign-in on its way to a provider and back, as the browser that began it keeps it. */
export type SignInRequest = z.output<typeof Request>;

const Request = z.object({
  purpose: z.enum(['sign_in', 'test', 'join']),
  organizationId: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** Path to go to afterwards. */
  next: z.string(),
  /** The sign-in here that began a test or a join, and no other may finish it. */
  sessionId: z.string().nullable(),
  /** Milliseconds since 1970. */
  at: z.number(),
});

export const SSO_PATH = '/-/sso';
/** Long enough for a second factor at the provider. Seconds. */
const LIFETIME = 600;
const BINDING = ['sso request'];

/** The redirect URI that the owner registers at the provider: by id, since a slug can change. */
export function callbackOf(origin: string, organizationId: string): string {
  return `${origin}${SSO_PATH}/${organizationId}/callback`;
}

/** Reads and writes the cookie that binds an answer to the browser of its request. @see RFC 9700 §4.7 */
export class SignInRequests {
  readonly #rule: ReturnType<typeof cookieRule>;
  readonly #sealer: StateSealer;
  readonly #now: () => number;

  constructor({ origin, sealer, now }: { origin: string; sealer: StateSealer; now: () => number }) {
    this.#rule = cookieRule(origin, 'patchbay_sso', SSO_PATH);
    this.#sealer = sealer;
    this.#now = now;
  }

  /** A `Set-Cookie` value. */
  write(request: Omit<SignInRequest, 'at'>): string {
    const sealed = this.#sealer.seal(BINDING, JSON.stringify({ ...request, at: this.#now() }));
    return this.#cookie(sealed, LIFETIME);
  }

  /** The request of this browser for this organization; null for every other, and for one that took too long. */
  read(cookieHeader: string | undefined, organizationId: string): SignInRequest | null {
    const pair = cookieHeader?.split(';').find((one) => one.trimStart().startsWith(`${this.#rule.name}=`));
    const sealed = pair?.trimStart().slice(this.#rule.name.length + 1);
    if (sealed === undefined) return null;
    const request = this.#open(sealed);
    const isHere = request?.organizationId === organizationId && this.#now() - request.at < LIFETIME * 1000;
    return isHere ? request : null;
  }

  /** A `Set-Cookie` value that makes the browser forget it: an answer is used once. */
  clear(): string {
    return this.#cookie('', 0);
  }

  #open(sealed: string): SignInRequest | null {
    try {
      return Request.parse(JSON.parse(this.#sealer.open(BINDING, sealed)));
    } catch {
      return null;
    }
  }

  #cookie(value: string, maxAge: number): string {
    const { name, path, secure } = this.#rule;
    return `${name}=${value}; Max-Age=${maxAge}; Path=${path}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  }
}
