import { AppError } from '@patchbay/foundation';
import { readEventId } from './event-id.ts';
import { type ReplayPlace, type ReplayTarget, replayCall } from './replay-call.ts';
import { type ListenerPlace, type ListenerTarget, serveListener } from './serve-listener.ts';
import type { OpenSession } from './sessions.ts';

/**
 * A GET of a session: its listening stream, or with `Last-Event-ID` the rest of the stream that event was on, and of no
 * other. Returns when the response belongs to the stream.
 *
 * @throws AppError mcp.event_unknown for an event id of anybody else, limits.streams
 */
export async function serveSessionGet(
  place: ListenerPlace & ReplayPlace,
  session: OpenSession,
  target: ListenerTarget & ReplayTarget,
  lastEventId: string | undefined,
): Promise<void> {
  if (lastEventId === undefined) return serveListener(place, session, target, undefined);
  const position = readEventId(place.sessions.signer, session.claims, lastEventId);
  if (!position) throw new AppError('mcp.event_unknown');
  if (position.kind === 'listener') return serveListener(place, session, target, position.revision);
  return replayCall(place.sessions, session, position, { ...target, ...place });
}
