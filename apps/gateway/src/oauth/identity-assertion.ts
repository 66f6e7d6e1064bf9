import type { Clock } from '@patchbay/foundation';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { z } from 'zod';

/** An identity assertion that holds: who an organization's identity provider vouches for, towards which client, and for what. */
export interface IdentityAssertion {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string;
  readonly resource: string;
  /** Null: every scope of the resource. */
  readonly scopes: readonly string[] | null;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The claims that decide whose keys an assertion is checked with. Not verified. */
export type UnverifiedAssertion = Pick<IdentityAssertion, 'issuer' | 'resource'>;

/** Why an assertion is refused, for the client's author. */
export class AssertionRefused extends Error {}

/** @see RFC 7523 §8.1 */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const TYPE = 'oauth-id-jag+jwt';
/** Asymmetric alone: with a shared secret, the client could vouch for itself. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Longest life of an assertion, which is exchanged at once. Seconds. */
export const ASSERTION_LIFE = 600;
/** Clocks of two machines. Seconds. */
const TOLERANCE = 30;

const Claims = z.object({
  iss: z.string(),
  sub: z.string().min(1).max(255),
  aud: z.string(),
  client_id: z.string(),
  jti: z.string().min(1).max(255),
  exp: z.number(),
  iat: z.number(),
  resource: z.string(),
  scope: z.string().optional(),
});

/** Reads the issuer and the resource of an assertion, before there is a key. @throws AssertionRefused */
export function readUnverified(assertion: string): UnverifiedAssertion {
  try {
    const { typ, alg } = decodeProtectedHeader(assertion);
    if (typ !== TYPE) throw new AssertionRefused(`its type is not ${TYPE}`);
    if (!ALGORITHMS.includes(alg ?? '')) throw new AssertionRefused('its algorithm is none that is accepted');
    const { iss, resource } = decodeJwt(assertion);
    if (typeof iss !== 'string' || typeof resource !== 'string') throw new AssertionRefused('it lacks iss or resource');
    return { issuer: iss, resource };
  } catch (error) {
    throw error instanceof AssertionRefused ? error : new AssertionRefused('it is no signed JWT');
  }
}

/**
 * The assertion, once its signature, type, issuer, audience, client and times hold.
 *
 * @param expected `audience`: our own issuer; `clientId`: the client that authenticated with this request
 * @throws AssertionRefused
 * @see draft-ietf-oauth-identity-assertion-authz-grant, "ID-JAG"; RFC 7523 §3; RFC 8725 §3.11 (types)
 */
export async function verifyAssertion(
  assertion: string,
  keys: JSONWebKeySet,
  expected: {
    readonly issuer: string;
    readonly audience: string;
    readonly clientId: string;
    readonly clock: Pick<Clock, 'now'>;
  },
): Promise<IdentityAssertion> {
  const { issuer, audience, clientId, clock } = expected;
  const now = clock.now();
  const { payload } = await jwtVerify(assertion, createLocalJWKSet(keys), {
    issuer,
    audience,
    typ: TYPE,
    algorithms: ALGORITHMS,
    clockTolerance: TOLERANCE,
    currentDate: now,
  }).catch((error: unknown) => {
    throw new AssertionRefused(error instanceof errors.JOSEError ? error.message : 'its signature does not hold');
  });
  const claims = Claims.safeParse(payload);
  if (!claims.success) throw new AssertionRefused(`its claim ${claims.error.issues[0]?.path.join('.')} does not fit`);
  const { sub, jti, exp, iat, resource, scope } = claims.data;
  if (claims.data.client_id !== clientId) throw new AssertionRefused('it is for another client');
  const seconds = now.getTime() / 1000;
  const isShort = exp - iat <= ASSERTION_LIFE && exp <= seconds + ASSERTION_LIFE + TOLERANCE;
  if (!isShort) throw new AssertionRefused(`it lasts longer than ${ASSERTION_LIFE} seconds`);
  if (iat > seconds + TOLERANCE) throw new AssertionRefused('it was issued in the future');
  const scopes = scope === undefined ? null : scope.split(' ').filter(Boolean);
  return { issuer, subject: sub, clientId, resource, scopes, id: jti, expiresAt: (exp + TOLERANCE) * 1000 };
}
