import type { ServerResponse } from 'node:http';
import type { McpStreamView } from '@patchbay/domain/sessions';
import { AppError } from '@patchbay/foundation';
import { SSE_KEEP_ALIVE, sseEvent } from '@patchbay/mcp';
import type { StreamPlaces } from '../../limits/stream-places.ts';
import type { Permission } from '../subscriptions/listen-streams.ts';
import { whenGone } from '../when-gone.ts';
import { writeEventId } from './event-id.ts';
import type { OpenSession, Sessions } from './sessions.ts';

export interface ReplayTarget {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly permission: Permission;
  reauthorize(): Promise<Permission>;
  /** The error as a JSON-RPC message for the request with this id. */
  explain(error: unknown, requestId: string | number): object;
}

const LOOK_EVERY_MS = 500;
const REAUTHORIZE_EVERY_MS = 2_000;
const KEEP_ALIVE_MS = 15_000;

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
  target: ReplayTarget & { readonly places: StreamPlaces },
): Promise<void> {
  const { claims } = session;
  const { response } = target;
  const key = { sessionId: claims.id, id: from.streamId };
  const read = (after: number) => sessions.store.read(claims, key, after);
  const first = await read(from.sequence);
  if (!first) throw new AppError('mcp.event_unknown');
  const giveBack = target.places.take(target.permission.principal);
  const gone = new AbortController();
  whenGone(response, () => {
    gone.abort();
    giveBack();
  });
  response.writeHead(200, {
    ...target.headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  const keepAlive = setInterval(() => response.write(SSE_KEEP_ALIVE), KEEP_ALIVE_MS);
  try {
    await follow(first);
  } catch (error) {
    response.write(sseEvent(target.explain(error, first.requestId)));
  } finally {
    clearInterval(keepAlive);
    response.end();
  }

  async function follow(start: McpStreamView): Promise<void> {
    let view: McpStreamView | null = start;
    let sequence = from.sequence;
    let authorizedAtMs = performance.now();
    while (!gone.signal.aborted) {
      if (!view) throw new AppError('mcp.event_unknown');
      for (const event of view.events) {
        sequence = event.sequence;
        const id = writeEventId(sessions.signer, claims, { kind: 'call', streamId: key.id, sequence });
        response.write(sseEvent(JSON.parse(event.text), id));
      }
      if (view.isFinished) return;
      if (!view.isAlive) throw new AppError('mcp.call_lost');
      await sessions.nudges.wait(claims.id, LOOK_EVERY_MS, gone.signal);
      if (performance.now() > authorizedAtMs + REAUTHORIZE_EVERY_MS) {
        await target.reauthorize();
        authorizedAtMs = performance.now();
      }
      view = await read(sequence);
    }
  }
}
