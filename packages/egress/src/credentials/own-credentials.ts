/**
 * Credentials that connector code puts into a request to a provider's host itself: with an account of the author's, data of
 * the caller would go there. They are refused and never removed in silence: code that sends them works in another way than
 * its author thinks.
 */
import type { ProviderRules } from '@patchbay/sandbox-protocol';
import type { Headers } from '../proxy/header-rules.ts';

/** A reference in a place of a credential, as libraries send it that insist on a token. */
const REFERENCE = /^(?:[A-Za-z]+ )?(cref_[\w-]{22})$/;
/** Carry authority everywhere, whatever a provider's file lists. */
const ALWAYS = ['authorization', 'cookie', 'cookie2'];
/** Bodies of these types are content to a server, never fields. */
const OPAQUE = /^(?:application\/(?:octet-stream|pdf|zip|gzip|x-tar)|image\/|video\/|audio\/|font\/)/;

export interface OwnCredentials {
  /** Where the first one is, in words; null where there is none. */
  readonly found: string | null;
  /** A reference that was sent in the place of the credential. */
  readonly reference: string | null;
  /** The headers without that reference. */
  readonly headers: Headers;
}

/** Credentials in the headers and in the query. Names of parameters are compared without case. */
export function findOwnCredentials(provider: ProviderRules, headers: Headers, url: URL): OwnCredentials {
  let reference: string | null = null;
  const kept: Headers = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!ALWAYS.includes(name) && !provider.authHeaders.includes(name)) {
      kept[name] = value;
      continue;
    }
    const sent = referenceIn(String(value));
    if (sent === null || (reference !== null && reference !== sent)) {
      return { found: `the header ${name}`, reference: null, headers };
    }
    reference = sent;
  }
  const parameter = [...url.searchParams.keys()].find((name) => hasName(provider.authParameters, name));
  if (parameter !== undefined) return { found: `the parameter ${parameter}`, reference: null, headers };
  return { found: null, reference, headers: kept };
}

/** The reference in a header's value, alone, behind its scheme, or as a part of Basic credentials (RFC 7617). */
function referenceIn(value: string): string | null {
  const plain = REFERENCE.exec(value)?.[1];
  if (plain !== undefined) return plain;
  const basic = /^basic ([A-Za-z0-9+/=]+)$/i.exec(value)?.[1];
  if (basic === undefined) return null;
  const parts = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return parts.map((part) => REFERENCE.exec(part)?.[1]).find((found) => found !== undefined) ?? null;
}

/** Whether the body could hold fields in which this provider takes credentials. */
export function mayHoldOwnCredentials(provider: ProviderRules, headers: Headers): boolean {
  return provider.authBodyFields.length > 0 && !OPAQUE.test(String(headers['content-type'] ?? '').toLowerCase());
}

/** Where the body has a credential of its own, in words; null where it has none. */
export function findOwnField({ authBodyFields }: ProviderRules, headers: Headers, body: string): string | null {
  if (headers['content-encoding'] !== undefined) return 'a body that is encoded, and so was not read';
  const type = String(headers['content-type'] ?? '').toLowerCase();
  const field = type.startsWith('multipart/') ? multipartField(authBodyFields, body) : namedField(authBodyFields, body);
  return field === undefined ? null : `the field ${field} of the body`;
}

/** A server may read any text as JSON or as a form, so both are. */
function namedField(fields: readonly string[], body: string): string | undefined {
  const names = [...new URLSearchParams(body).keys()];
  try {
    const parsed: unknown = JSON.parse(body);
    const objects = Array.isArray(parsed) ? parsed : [parsed];
    for (const one of objects) if (typeof one === 'object' && one !== null) names.push(...Object.keys(one));
  } catch {
    // No JSON to this parser; to a tolerant one the quoted name is a member.
    names.push(...fields.filter((field) => new RegExp(`["']${field}["']\\s*:`, 'i').test(body)));
  }
  return names.find((name) => hasName(fields, name.replace(/\[.*$/, '').trim()));
}

function multipartField(fields: readonly string[], body: string): string | undefined {
  return fields.find((field) => new RegExp(`name\\s*=\\s*["']?${field}["']?\\s*(?:;|\\r?\\n)`, 'i').test(body));
}

function hasName(names: readonly string[], name: string): boolean {
  return names.some((one) => one.toLowerCase() === name.toLowerCase());
}
