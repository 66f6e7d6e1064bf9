import type { Credential, KeyFacts, ProviderFacts } from '@patchbay/domain/connections';
import type { GuardedFetch } from '@patchbay/egress/guarded-fetch';
import { AppError } from '@patchbay/foundation';
import { fillCustomer } from '@patchbay/providers';
import { connectError } from './connect-error.ts';

export interface FoundAccount {
  /** Null where the service reports none. */
  readonly id: string | null;
  readonly label: string;
}

type AccountRequest = NonNullable<ProviderFacts['account']>;

/**
 * The account that a credential opens, by the provider's own request, which proves the credential too.
 *
 * @throws AppError `connections.key_refused`, `connections.answer_invalid`, `connections.provider_unreachable`
 */
export async function findAccount(
  guardedFetch: GuardedFetch,
  asked: {
    readonly request: AccountRequest;
    readonly credential: Credential;
    readonly placement: KeyFacts['placement'] | null;
    readonly customer: string | null;
  },
): Promise<FoundAccount> {
  const { request, credential, customer } = asked;
  const { method, headers, body } = request.request;
  const filled = customer === null ? request.request.url : fillCustomer(request.request.url, customer);
  if (filled === null) throw new AppError('connections.key_refused');
  const url = new URL(filled);
  const placed = placeCredential(url, credential, asked.placement);
  let response: Response;
  let text: string;
  try {
    const init = { method, headers: { accept: 'application/json', ...headers, ...placed }, redirect: 'error' } as const;
    response = await guardedFetch(url.href, body === undefined ? init : { ...init, body });
    text = await response.text();
  } catch (error) {
    throw connectError(error);
  }
  if (response.status === 401 || response.status === 403) {
    throw new AppError('connections.key_refused', { detail: `${url.host} refused it with status ${response.status}.` });
  }
  if (!response.ok) {
    throw new AppError('connections.answer_invalid', {
      detail: `${url.host} answered with status ${response.status}.`,
    });
  }
  return readAccount(request, text, url.host);
}

/** Pure. @throws AppError `connections.answer_invalid` when a member of the id is not there */
export function readAccount({ id, label }: AccountRequest, text: string, host: string): FoundAccount {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new AppError('connections.answer_invalid', { detail: `${host} answered with something else than JSON.` });
  }
  const parts = id.map((pointer) => plain(valueAt(answer, pointer)));
  if (parts.some((part) => part === null)) {
    throw new AppError('connections.answer_invalid', { detail: `${host} does not name the account.` });
  }
  const known = parts.join(':');
  const shown = label === undefined ? null : plain(valueAt(answer, label));
  return { id: known === '' ? null : known, label: shown ?? (known === '' ? host : known) };
}

/** RFC 6901. */
function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = Reflect.get(at, name);
  }
  return at;
}

/** One line of a stranger's text, at most 200 characters. */
function plain(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return (
    String(value)
      .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
      .trim()
      .slice(0, 200) || null
  );
}

function placeCredential(
  url: URL,
  credential: Credential,
  placement: KeyFacts['placement'] | null,
): Record<string, string> {
  switch (credential.kind) {
    case 'oauth2':
      return { authorization: `Bearer ${credential.accessToken.reveal()}` };
    case 'basic':
      return { authorization: basic(credential.user, credential.password.reveal()) };
    case 'api_key': {
      const key = credential.key.reveal();
      if (placement?.in === 'query') url.searchParams.set(placement.name, key);
      if (placement?.in === 'header') return { [placement.name]: `${placement.prefix}${key}` };
      return placement?.in === 'basic' ? { authorization: basic(key, '') } : {};
    }
  }
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
