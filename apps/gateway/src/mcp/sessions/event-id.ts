import type { TokenSigner } from '@patchbay/vault';
import type { SessionClaims } from './session-id.ts';

/** Where on which stream of which session a client stands. Signed, so that nobody can ask for a stream he was not on. */
export type EventPosition =
  /** The stream of one call. `sequence` is the last message the client has. */
  | { readonly kind: 'call'; readonly streamId: string; readonly sequence: number }
  /** The stream of GETs. `revision` is what the client last knew the lists of. */
  | { readonly kind: 'listener'; readonly revision: string };

export function writeEventId(signer: TokenSigner, claims: SessionClaims, position: EventPosition): string {
  const where = position.kind === 'call' ? ['c', position.streamId, position.sequence] : ['l', position.revision];
  return signer.sign(JSON.stringify([claims.id, claims.principalHash, ...where]));
}

/** Null for an event id of any other session, or of nobody. */
export function readEventId(signer: TokenSigner, claims: SessionClaims, text: string): EventPosition | null {
  const payload = signer.open(text);
  if (payload === null) return null;
  const [sessionId, principalHash, kind, ...where] = JSON.parse(payload); // signed: of the shape written above
  if (sessionId !== claims.id || principalHash !== claims.principalHash) return null;
  return kind === 'c'
    ? { kind: 'call', streamId: where[0], sequence: where[1] }
    : { kind: 'listener', revision: where[0] };
}
