import type { TokenSigner } from '@patchbay/vault';
import { FORMAT_VERSION, openFormat, type SessionClaims } from './session-id.ts';

/**
 * The position of a client on a stream of a session. Signed, so that a client cannot request a stream that was not its
 * own.
 */
export type EventPosition =
  /** The stream of one call. `sequence` is the last message the client has. */
  | { readonly kind: 'call'; readonly streamId: string; readonly sequence: number }
  /** The stream of GETs. `revision` is what the client last knew the lists of. */
  | { readonly kind: 'listener'; readonly revision: string };

export function writeEventId(signer: TokenSigner, claims: SessionClaims, position: EventPosition): string {
  const where = position.kind === 'call' ? ['c', position.streamId, position.sequence] : ['l', position.revision];
  return signer.sign(JSON.stringify([FORMAT_VERSION, claims.id, claims.principalHash, ...where]));
}

/** Null for an event id of another session, or an invalid one. */
export function readEventId(signer: TokenSigner, claims: SessionClaims, text: string): EventPosition | null {
  const content = openFormat(signer, text);
  if (content === null) return null;
  const [sessionId, principalHash, kind, ...where] = content; // signed: of the shape written above
  if (sessionId !== claims.id || principalHash !== claims.principalHash) return null;
  return kind === 'c'
    ? { kind: 'call', streamId: where[0], sequence: where[1] }
    : { kind: 'listener', revision: where[0] };
}
