import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { GrantModel } from './grant-model.ts';

/** A person's account at a stand-in provider. */
export interface ProviderAccount {
  /** Never changes. */
  readonly id: string;
  readonly label: string;
}

/** The account that a request to the API is from. */
export interface Authenticated {
  readonly account: ProviderAccount;
  readonly by: 'oauth2' | 'api_key' | 'basic';
  readonly scopes: readonly string[];
  readonly credential: string;
}

interface Key {
  readonly account: ProviderAccount;
  readonly scopes: readonly string[];
}

/** The accounts of a stand-in provider, and every credential that opens one: access tokens, API keys, passwords. */
export class ProviderAccounts {
  readonly #name: string;
  readonly #model: GrantModel;
  readonly #accounts = new Map<string, ProviderAccount>();
  readonly #keys = new Map<string, Key>();
  readonly #passwords = new Map<string, { readonly account: ProviderAccount; readonly password: string }>();

  constructor(name: string, model: GrantModel) {
    this.#name = name;
    this.#model = model;
  }

  /** The account of this person, made when it is first named. */
  of(person: string): ProviderAccount {
    const known = this.#accounts.get(person);
    if (known) return known;
    const account = { id: `acc-${person}`, label: `${person}@${this.#name}.example` };
    this.#accounts.set(person, account);
    return account;
  }

  /** All names that were used so far. */
  people(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  issueKey(person: string, scopes: readonly string[]): string {
    const key = `key_${randomBytes(18).toString('base64url')}`;
    this.#keys.set(key, { account: this.of(person), scopes });
    return key;
  }

  revokeKey(key: string): void {
    this.#keys.delete(key);
  }

  setPassword(person: string): { readonly user: string; readonly password: string } {
    const account = this.of(person);
    const password = `pass:${randomBytes(12).toString('base64')}ä`;
    this.#passwords.set(account.label, { account, password });
    return { user: account.label, password };
  }

  /**
   * Finds who asks, by `Authorization: Bearer` (RFC 6750 §2.1), `Authorization: Basic` (RFC 7617), the header
   * `x-api-key` or the parameter `api_key`; null where the credential opens nothing.
   */
  authenticate(headers: IncomingHttpHeaders, query: URLSearchParams): Authenticated | null {
    const key = headers['x-api-key'] ?? query.get('api_key');
    if (typeof key === 'string') return this.#byKey(key);
    const [scheme = '', credential = ''] = (headers.authorization ?? '').split(/ (.*)/s);
    if (/^basic$/i.test(scheme)) return this.#byPassword(credential);
    if (!/^bearer$/i.test(scheme)) return null;
    const token = this.#model.check(credential);
    const account = [...this.#accounts.values()].find(({ id }) => id === token?.account);
    if (!token || !account) return this.#byKey(credential);
    return { account, by: 'oauth2', scopes: token.scopes, credential };
  }

  #byKey(credential: string): Authenticated | null {
    const key = this.#keys.get(credential);
    return key ? { account: key.account, scopes: key.scopes, by: 'api_key', credential } : null;
  }

  #byPassword(credential: string): Authenticated | null {
    const [user = '', password = ''] = Buffer.from(credential, 'base64').toString('utf8').split(/:(.*)/s);
    const found = this.#passwords.get(user);
    if (!found || !isSame(found.password, password)) return null;
    return { account: found.account, by: 'basic', scopes: ['read', 'write'], credential };
  }
}

export function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}
