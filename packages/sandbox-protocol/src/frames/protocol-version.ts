import { z } from 'zod';

/** A range of versions of the inside protocol, both ends included. */
export const versionRangeSchema = z.object({ min: z.number().int().positive(), max: z.number().int().positive() });
/** Content of a `hello`. */
export const helloSchema = z.object({ versions: versionRangeSchema });
export type VersionRange = Readonly<z.infer<typeof versionRangeSchema>>;

/**
 * Protocol versions between gateway, worker and supervisor of this release. 1: no version is declared; the isolation key has neither `preview` nor `providers`, and no credential is sent. 2: both sides declare their range at connect; the complete isolation key; credentials by a frame of their own.
 * 3: parameters and results as bytes behind a header, which the supervisor does not read. 4: providers' rules come with code and settings; credentials with
 * their placement, refreshed during a call; requests that write during reads are reported; the organization's egress policy.
 */
export const PROTOCOL_VERSIONS: VersionRange = { min: 1, max: 4 };

/** The version of a peer that declares none: the release before versions were negotiated. */
export const SILENT_PEER: VersionRange = { min: 1, max: 1 };

/** First version with the complete isolation key. */
export const KEYS_SINCE = 2;

/** First version in which a supervisor has the rules of providers, and so may be sent credentials. */
export const CREDENTIALS_SINCE = 4;

/** First version in which parameters and results cross the supervisor unread. */
export const PAYLOADS_SINCE = 3;

/** The highest version both speak, or null when there is none. The same whichever side decides. */
export function agreeOnVersion(one: VersionRange, other: VersionRange): number | null {
  const version = Math.min(one.max, other.max);
  return version >= Math.max(one.min, other.min) ? version : null;
}

/** Why two processes cannot work together, for health and logs. */
export function mismatchText(peer: VersionRange, own: VersionRange): string {
  const older = peer.max < own.min ? 'it' : 'this process';
  const range = ({ min, max }: VersionRange) => (min === max ? `${min}` : `${min} to ${max}`);
  return `it speaks version ${range(peer)} of the inside protocol, this process ${range(own)}: upgrade ${older}`;
}
