/**
 * The holder of a certificate of the platform's own authority: a role and an id, in its one subject alternative name.
 * The authority signs nothing else, and a name is compared as it is, so that there is nothing to parse.
 */
export const PEER_ROLES = ['supervisor', 'gateway', 'worker'] as const;
export type PeerRole = (typeof PEER_ROLES)[number];

export interface PeerName {
  readonly role: PeerRole;
  /** Id of a supervisor: its host id. */
  readonly id: string;
}

/** As in a host name: lower case, digits and inner hyphens. */
export const PEER_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const WHOLE_NAME = /^URI:urn:patchbay:(supervisor|gateway|worker):([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$/;

/** The URI a certificate carries. */
export function peerUri({ role, id }: PeerName): string {
  return `urn:patchbay:${role}:${id}`;
}

/** Reads the alternative names of a verified certificate; null unless they are one name of ours and nothing beside it. */
export function readPeerName(subjectAltName: string | undefined): PeerName | null {
  const [, role, id] = WHOLE_NAME.exec(subjectAltName ?? '') ?? [];
  return role === undefined || id === undefined ? null : { role: role as PeerRole, id }; // one of the pattern's three
}
