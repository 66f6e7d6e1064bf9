import type { IncomingMessage } from 'node:http';
import { AppError } from '@patchbay/foundation';
import { decideRead } from '@patchbay/providers/decisions';
import type { EgressRule, ProviderRules } from '@patchbay/sandbox-protocol';
import { hostName } from '../addresses/match-destination.ts';
import { READABLE_ENCODINGS } from '../credentials/hide-credential.ts';
import { findOwnCredentials, findOwnField, mayHoldOwnCredentials } from '../credentials/own-credentials.ts';
import { placeCredential } from '../credentials/place-credential.ts';
import type { SandboxCalls } from '../credentials/sandbox-calls.ts';
import { CALL_HEADER, CREDENTIAL_HEADER, type Headers, requestHeaders } from './header-rules.ts';
import { BODY_BYTES_READ, hasBody, readBody } from './read-body.ts';

export interface AuthorisedRequest {
  readonly headers: Headers;
  /** Path and query. */
  readonly path: string;
  /** The body, where it had to be read; otherwise it is still in the request. */
  readonly body: Buffer | undefined;
  /** Forms of the credential that was put in, to be hidden in the answer. */
  readonly spellings: readonly string[];
  /** The same request with a new value, when the provider refused this one; null where there is none, or a repetition could do harm. */
  renew(): Promise<AuthorisedRequest | null>;
}

/** RFC 9110 §9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/**
 * The request as it is sent to a declared destination: on a provider's host with the caller's credential or none, and
 * never with the connector's own; and nothing that writes while only reads are in flight.
 *
 * @param calls null for a build, which is no call and has no credential
 * @throws AppError `egress.header_refused`, `egress.credential_refused`, `egress.own_credential`, `egress.only_reads`
 */
export async function authorise(
  request: IncomingMessage,
  url: URL,
  { rule, calls }: { readonly rule: EgressRule; readonly calls: SandboxCalls | null },
): Promise<AuthorisedRequest> {
  const headers = requestHeaders(request.headers, url.host);
  const provider = calls?.providerOf(url.hostname);
  const own = provider ? findOwnCredentials(provider, headers, url) : { found: null, reference: null, headers };
  if (own.found !== null) throw ownCredential(url, own.found);
  const reference = referenceOf(request, own.reference);
  if (reference === null && provider && !rule.anonymous) {
    throw refused(`${url.hostname} is asked with the caller’s account only, and the request names none.`);
  }
  if (reference !== null && !calls) throw refused('This sandbox was given no credential.');
  // Before the body is read: a reference that is not valid costs nothing.
  if (reference !== null) calls?.grantFor(reference, url);
  const body = await readNeeded(request, { provider, calls, isReferenced: reference !== null });
  if (provider && mayHoldOwnCredentials(provider, headers) && hasBody(request)) {
    if (!body) throw ownCredential(url, 'a body that is too long to be read');
    const field = findOwnField(provider, headers, body.toString('utf8'));
    if (field !== null) throw ownCredential(url, field);
  }
  if (calls) holdToEffect(request, { url, headers: own.headers, body, rule, provider, calls });
  const framed = body ? withLength(own.headers, body) : own.headers;
  if (reference === null || !calls) {
    return { headers: framed, path: `${url.pathname}${url.search}`, body, spellings: [], renew: async () => null };
  }
  const canRepeat = IDEMPOTENT.has(request.method ?? '') && (body !== undefined || !hasBody(request));
  const place = (isRepeated: boolean): AuthorisedRequest => {
    const grant = calls.grantFor(reference, url);
    const placed = placeCredential(grant, url, { ...framed, 'accept-encoding': READABLE_ENCODINGS });
    return {
      ...placed,
      body,
      async renew() {
        const isRenewed = !isRepeated && (await calls.refresh(reference, grant.revision));
        return isRenewed && canRepeat ? place(true) : null;
      },
    };
  };
  return place(false);
}

/** The reference of the header of its own, or of the place that the provider takes credentials in. */
function referenceOf({ headers }: IncomingMessage, placed: string | null): string | null {
  const given = headers[CREDENTIAL_HEADER];
  if (given !== undefined && placed !== null && given !== placed) throw refused('The request names two accounts.');
  return given === undefined ? placed : String(given);
}

/** The body, where a decision or a repetition needs it. */
async function readNeeded(
  request: IncomingMessage,
  by: {
    readonly provider: ProviderRules | undefined;
    readonly calls: SandboxCalls | null;
    readonly isReferenced: boolean;
  },
): Promise<Buffer | undefined> {
  if (!hasBody(request)) return undefined;
  const isRead = by.calls?.authorityOf(callTokenOf(request)).effect === 'read';
  const mayRepeat = by.isReferenced && IDEMPOTENT.has(request.method ?? '') && request.headers['content-length'];
  const isField = by.provider && by.provider.authBodyFields.length > 0;
  if (!isRead && !isField && !mayRepeat) return undefined;
  // A longer one is refused by what needs it; what only might repeat it goes without.
  if (!isRead && !isField && Number(request.headers['content-length']) > BODY_BYTES_READ) return undefined;
  return (await readBody(request)) ?? undefined;
}

interface Held {
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Buffer | undefined;
  readonly rule: EgressRule;
  readonly provider: ProviderRules | undefined;
  readonly calls: SandboxCalls;
}

/** @throws AppError `egress.only_reads`, after it was reported to the calls that it may come from */
function holdToEffect(request: IncomingMessage, { url, headers, body, rule, provider, calls }: Held): void {
  const authority = calls.authorityOf(callTokenOf(request));
  if (authority.effect === 'write') return;
  const method = request.method ?? '';
  const isUnread = body === undefined && hasBody(request);
  // On a provider's host its file decides what reads; elsewhere the method, and what the manifest lists.
  const facts = provider ?? { safeMethodsRead: true, readRequests: rule.reads ?? [] };
  const ruling = decideRead(facts, { method, url, headers, body: body?.toString('utf8') });
  if (ruling.isRead && !isUnread) return;
  const reason = ruling.isRead ? 'the body is too long to be read' : ruling.reason;
  const violation = { method, host: hostName(url.hostname), path: url.pathname.slice(0, 300), reason };
  for (const call of authority.calls) call.onViolation(violation);
  throw new AppError('egress.only_reads', {
    detail: `${method} ${url.hostname}${url.pathname.slice(0, 300)}: only reads are in flight, and ${reason}.`,
  });
}

function callTokenOf({ headers }: IncomingMessage): string | undefined {
  const token = headers[CALL_HEADER];
  return token === undefined ? undefined : String(token);
}

/** A body that was read is sent with its length, whatever its framing was. */
function withLength({ 'transfer-encoding': _, ...headers }: Headers, body: Buffer): Headers {
  return { ...headers, 'content-length': String(body.byteLength) };
}

function refused(detail: string): AppError {
  return new AppError('egress.credential_refused', { detail });
}

function ownCredential(url: URL, where: string): AppError {
  return new AppError('egress.own_credential', {
    detail: `The request to ${url.hostname} has a credential in ${where}.`,
  });
}
