/** `context.fetch`: requests to the hosts of a connection carry the caller's account, and no others do. */
import type { RunnerConnection } from './runtime.ts';

/** The header by which a request names the account it is sent with. The platform replaces it by the credential. */
const REFERENCE_HEADER = 'patchbay-credential';
/** @see https://fetch.spec.whatwg.org/#http-redirect-fetch */
const REDIRECTS_MAX = 20;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The account of a request, where the caller has several. */
export interface AccountChoice {
  /** The account's label, as people see it: `ada@example.com`. */
  readonly account?: string;
  /** The name in `connections`, where several are of one provider. */
  readonly connection?: string;
}

/** `fetch` with the choice of an account. Libraries that take a `fetch` option take it as it is. */
export type ConnectionFetch = (
  input: Parameters<typeof fetch>[0],
  init?: RequestInit & AccountChoice,
) => Promise<Response>;

/** Adds the reference of the caller's account to requests that go to one of its hosts. */
export function createConnectionFetch(
  send: typeof fetch,
  connections: readonly RunnerConnection[],
  signal: AbortSignal,
): ConnectionFetch {
  const sendOnce = (input: Parameters<typeof fetch>[0], init: RequestInit, choice: AccountChoice) => {
    const { url, headers } = requestParts(input, init);
    const chosen = headers.has(REFERENCE_HEADER) ? null : chooseConnection(connections, url, choice);
    if (chosen) headers.set(REFERENCE_HEADER, chosen.reference);
    return send(input, chosen ? { ...init, headers } : init);
  };
  return async (input, given = {}) => {
    const { account, connection, ...rest } = given;
    const choice = { ...(account !== undefined && { account }), ...(connection !== undefined && { connection }) };
    const init: RequestInit = { signal, ...rest };
    if (connections.length === 0 && Object.keys(choice).length === 0) return send(input, init);
    if (!mayFollow(input, init)) return sendOnce(input, init, choice);
    // Redirects are followed here, so that the reference goes to no host that it is not for.
    let target: string | URL = input;
    for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
      const response = await sendOnce(target, { ...init, redirect: 'manual' }, hop === 0 ? choice : {});
      const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
      if (location === null) return response;
      await response.body?.cancel();
      target = new URL(location, target);
    }
    throw new TypeError('fetch failed: too many redirects');
  };
}

/**
 * The account of a request; null where its host belongs to none.
 *
 * @throws Error that names the accounts, when the caller has several and the request names none
 */
export function chooseConnection(
  connections: readonly RunnerConnection[],
  url: URL,
  { account, connection }: AccountChoice,
): RunnerConnection | null {
  const here = url.protocol === 'https:' ? connections.filter(({ hosts }) => hosts.includes(url.hostname)) : [];
  const asked = here.filter(
    (one) =>
      (account === undefined || one.account === account) && (connection === undefined || one.name === connection),
  );
  const isChoice = account !== undefined || connection !== undefined;
  if (asked.length === 0 && !isChoice) return null;
  if (asked.length === 0) {
    const wanted = account ?? connection;
    throw new Error(`${url.hostname} has no account ${JSON.stringify(wanted)} here. It has: ${labelsOf(here)}.`);
  }
  const [only] = asked;
  if (only && asked.every((one) => one.account === only.account)) return only;
  const defaults = asked.filter(({ isDefault }) => isDefault);
  const [first] = defaults;
  if (first && defaults.every((one) => one.account === first.account)) return first;
  throw new Error(
    `${url.hostname} has several accounts here: ${labelsOf(asked)}. Choose one: fetch(url, { account: '…' }).`,
  );
}

function labelsOf(connections: readonly RunnerConnection[]): string {
  return [...new Set(connections.map(({ account }) => account))].join(', ') || 'none';
}

function requestParts(input: Parameters<typeof fetch>[0], init: RequestInit): { url: URL; headers: Headers } {
  const isRequest = input instanceof Request;
  const url = new URL(isRequest ? input.url : String(input));
  return { url, headers: new Headers(init.headers ?? (isRequest ? input.headers : undefined)) };
}

/** Requests without a body whose redirects `fetch` would follow; every other request keeps its behaviour. */
function mayFollow(input: Parameters<typeof fetch>[0], init: RequestInit): input is string | URL {
  const method = (init.method ?? 'GET').toUpperCase();
  const isPlain = !(input instanceof Request) && (init.body === undefined || init.body === null);
  return isPlain && (method === 'GET' || method === 'HEAD') && (init.redirect ?? 'follow') === 'follow';
}
