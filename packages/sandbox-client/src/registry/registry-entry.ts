/**
 * The addresses of supervisors in Redis. Redis is never an authority: an entry makes a gateway try to connect, and only
 * a certificate of the registered id is accepted.
 */

import { PEER_ID } from '@patchbay/sandbox-protocol';
import { parseHostAndPort } from '@patchbay/sandbox-protocol/peers';
import type { SupervisorTarget } from '../supervisor-target.ts';

/** A set of host ids: who ends takes its own out, who is killed or cut off stays and is looked for. */
export const HOST_IDS_KEY = 'patchbay:supervisors';
/** More are ignored: an attacker who can write there must not make every gateway connect to thousands of addresses. */
export const HOSTS_MAX = 128;
/** An entry is renewed long before it runs out. */
export const REGISTER_MS = 2_000;
export const ENTRY_LIVES_MS = 7_000;

/** Holds the host's address as text, `host:port`. */
export function entryKey(hostId: string): string {
  return `${HOST_IDS_KEY}:${hostId}`;
}

/** The targets among what was read; whatever has not the shape is left out. */
export function readEntries(ids: readonly string[], addresses: readonly (string | null)[]): SupervisorTarget[] {
  const targets = ids.map((id, index) => {
    const place = parseHostAndPort(addresses[index] ?? '');
    return place && PEER_ID.test(id) ? { id, ...place } : null;
  });
  return targets.filter((target) => target !== null);
}

/**
 * The targets after a reading: with the last address of a silent host, because it is missing and not removed. In the
 * order of their ids, so that health reads the same each time.
 */
export function keepMissing(
  before: readonly SupervisorTarget[],
  ids: readonly string[],
  found: readonly SupervisorTarget[],
): SupervisorTarget[] {
  const missing = before.filter(({ id }) => ids.includes(id) && !found.some((target) => target.id === id));
  return [...found, ...missing].sort((one, other) => (one.id < other.id ? -1 : 1));
}
