import type { ServerResponse } from 'node:http';
import type { McpStreamSubject, McpStreamView } from '@patchbay/domain/sessions';
import { AppError } from '@patchbay/foundation';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { sseEvent } from '@patchbay/mcp';
import type { StreamPlaces } from '../../limits/stream-places.ts';
import { EventWriter } from '../../streams/event-writer.ts';
import type { Leases } from '../../streams/leases.ts';
import { type Access, concernsAccess } from '../context/access.ts';
import { whenGone } from '../stream/when-gone.ts';
import { writeEventId } from './event-id.ts';
import type { OpenSession, Sessions } from './sessions.ts';

export interface ReplayTarget {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly access: Access;
  reauthorize(): Promise<Access>;
  /** The error as a JSON-RPC message for the request with this id. */
  explain(error: unknown, requestId: string | number): object;
}

export interface ReplayPlace {
  /** Whether what a call of this tool said may (still) be heard. @throws AppError when not */
  checkHeard(subject: McpStreamSubject, access: Access): Promise<void>;
  readonly places: StreamPlaces;
  readonly leases: Leases;
}

const LOOK_EVERY_MS = 1_000;
const KEEP_ALIVE_MS = STREAM_LIMITS.keepAlive.value;
/** What the client of one call may have missed is told at once, and is not more than this. */
const UNREAD_BYTES_MAX = STREAM_LIMITS.replayUnread.value;

/**
 * Goes on with the stream of one call after the last event its client has, on whichever gateway: what was said since,
 * then what is said from now on. A call whose gateway is gone ends with an error that tells to repeat it.
 *
 * @throws AppError mcp.event_unknown when the stream is not kept (any more), limits.streams
 */
export async function replayCall(
  sessions: Sessions,
  session: OpenSession,
  from: { readonly streamId: string; readonly sequence: number },
  target: ReplayTarget & ReplayPlace,
): Promise<void> {
  const { claims } = session;
  const { response, access } = target;
  const key = { sessionId: claims.id, id: from.streamId };
  const read = (after: number) => sessions.store.read(claims, key, after);
  const first = await read(from.sequence);
  if (!first) throw new AppError('mcp.event_unknown');
  await target.checkHeard(first.subject, access);
  const giveBack = target.places.take(access.principal);
  const watch = sessions.signals.watch(claims);
  const gone = new AbortController();
  const writer = new EventWriter(response, { headers: () => target.headers, unreadBytesMax: UNREAD_BYTES_MAX });
  const lease = target.leases.hold(access, {
    concerns: concernsAccess,
    reauthorize: async () => {
      const now = await target.reauthorize();
      await target.checkHeard(first.subject, now);
      return now;
    },
    lost: (error) => gone.abort(error),
  });
  whenGone(response, () => {
    gone.abort();
    lease.end();
    watch.end();
    giveBack();
  });
  writer.open();
  const keepAlive = setInterval(() => writer.keepAlive(), KEEP_ALIVE_MS);
  try {
    await follow(first);
    writer.end();
  } catch (error) {
    writer.end(sseEvent(target.explain(error, first.requestId)));
  } finally {
    clearInterval(keepAlive);
  }

  async function follow(start: McpStreamView): Promise<void> {
    let view: McpStreamView | null = start;
    let sequence = from.sequence;
    for (;;) {
      if (response.destroyed) return;
      // The reason of the lease: nothing more is said.
      gone.signal.throwIfAborted();
      if (!view) throw new AppError('mcp.event_unknown');
      for (const event of view.events) {
        sequence = event.sequence;
        const id = writeEventId(sessions.signer, claims, { kind: 'call', streamId: key.id, sequence });
        writer.write(sseEvent(JSON.parse(event.text), id));
      }
      if (view.isFinished) return;
      if (!view.isAlive) throw new AppError('mcp.call_lost');
      await watch.next(LOOK_EVERY_MS, gone.signal);
      view = await read(sequence);
    }
  }
}
