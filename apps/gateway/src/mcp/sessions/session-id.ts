import { createHash } from 'node:crypto';
import { newId } from '@patchbay/foundation';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { isJsonObject, type JsonObject, objectAt, own, stringAt } from '@patchbay/mcp';
import type { TokenSigner } from '@patchbay/vault';
import type { Access } from '../context/access.ts';
import { type Principal, subjectOf } from '../context/principal.ts';

/**
 * The id of a 2025 session contains its immutable state, signed, so that a session costs no row until it has mutable
 * state. It is no credential: each request carries its own, and they must be of the principal that opened the session.
 * @see 2025-11-25 basic/security_best_practices, "Session Hijacking"
 */
export interface SessionClaims {
  readonly id: string;
  readonly organizationId: string;
  /** Null at the URL of a whole organization. */
  readonly connectorId: string | null;
  /** Canonical path of the URL it was opened at: a preview's session is not the live connector's. */
  readonly resource: string;
  readonly principalHash: string;
  /** The result of `initialize`. */
  readonly revision: string;
  /** The input requests that the client supports. */
  readonly capabilities: JsonObject;
  readonly client: JsonObject | null;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** First element of what is signed, from the second release on. A release with other elements takes the next number. */
export const FORMAT_VERSION = 1;
const LIFETIME_MS = STREAM_LIMITS.sessionLifetime.value;
/** The maximum length of a client's own text in a header. Characters. */
const NAME_LENGTH_MAX = 64;
const EXTENSIONS_LENGTH_MAX = 512;

/** Opens a session for the parameters of an `initialize`. */
export function newSession(
  access: Access,
  opening: { readonly params: JsonObject; readonly revision: string; readonly nowMs: number },
): SessionClaims {
  return {
    id: newId('mcpSession'),
    organizationId: access.organizationId,
    connectorId: access.connectorId,
    resource: access.resource,
    principalHash: hashOf(access.principal),
    revision: opening.revision,
    capabilities: keptCapabilities(objectAt(opening.params, 'capabilities')),
    client: keptClient(objectAt(opening.params, 'clientInfo')),
    expiresAtMs: opening.nowMs + LIFETIME_MS,
  };
}

export function writeSessionId(signer: TokenSigner, claims: SessionClaims): string {
  const { id, organizationId, connectorId, resource, principalHash, revision, capabilities, client } = claims;
  return signer.sign(
    JSON.stringify([
      ...[FORMAT_VERSION, id, organizationId, connectorId, resource, principalHash, revision],
      ...[capabilities, client, claims.expiresAtMs],
    ]),
  );
}

/** Null for whatever is not a session of this caller at this address that is still valid. */
export function readSessionId(signer: TokenSigner, text: string, access: Access, nowMs: number): SessionClaims | null {
  const content = openFormat(signer, text);
  if (content === null) return null;
  const [id, organizationId, connectorId, resource, principalHash, revision, capabilities, client, expiresAtMs] =
    content; // signed: it has the shape that writeSessionId gave it
  const claims: SessionClaims = {
    id,
    organizationId,
    connectorId,
    resource,
    principalHash,
    revision,
    capabilities,
    client,
    expiresAtMs,
  };
  const isHere = organizationId === access.organizationId && connectorId === access.connectorId;
  // A renamed connector keeps its sessions; a preview and the live connector keep theirs apart.
  const isSameVersion = previewOf(resource) === previewOf(access.resource);
  return isHere && isSameVersion && principalHash === hashOf(access.principal) && expiresAtMs > nowMs ? claims : null;
}

/** The signed elements; null for a text that is not ours, or of an unknown format. Without a version it is of format 1. */
export function openFormat(signer: TokenSigner, text: string) {
  const payload = signer.open(text);
  if (payload === null) return null;
  const [first, ...others] = JSON.parse(payload);
  if (typeof first === 'string') return [first, ...others];
  return first === FORMAT_VERSION ? others : null;
}

function previewOf(resource: string): string {
  return /@(\d+)\/mcp$/.exec(resource)?.[1] ?? '';
}

/**
 * The caller's identity. Independent of the API key: a new key of the same person continues the session. Bound to the
 * grant of an access token: what one client opened, another client of the same person cannot continue. The database
 * makes the same of a removed member, to end their sessions: `app.person_session_hash`.
 */
function hashOf(principal: Principal): string {
  const { kind, organizationId, grantId } = principal;
  return createHash('sha256')
    .update(`${organizationId} ${kind} ${subjectOf(principal)}${grantId === null ? '' : ` ${grantId}`}`)
    .digest('base64url')
    .slice(0, 22);
}

/** The capabilities that decide what may be asked, and the extensions where they are short. */
function keptCapabilities(declared: JsonObject | undefined): JsonObject {
  const flags = (name: string, known: readonly string[]): JsonObject => {
    const found = objectAt(declared, name);
    if (found === undefined) return {};
    return { [name]: Object.fromEntries(known.filter((key) => isJsonObject(own(found, key))).map((key) => [key, {}])) };
  };
  const extensions = objectAt(declared, 'extensions');
  const isShort = extensions !== undefined && JSON.stringify(extensions).length <= EXTENSIONS_LENGTH_MAX;
  return {
    ...flags('elicitation', ['form', 'url']),
    ...flags('sampling', ['tools', 'context']),
    ...flags('roots', []),
    ...(isShort && { extensions }),
  };
}

function keptClient(info: JsonObject | undefined): JsonObject | null {
  const name = stringAt(info, 'name');
  if (name === undefined) return null;
  return {
    name: name.slice(0, NAME_LENGTH_MAX),
    version: (stringAt(info, 'version') ?? '').slice(0, NAME_LENGTH_MAX),
  };
}
