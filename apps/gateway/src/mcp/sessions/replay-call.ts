import type { ServerResponse } from 'node:http';
import type { McpStreamSubject, McpStreamView } from '@patchbay/domain/sessions';
import { AppError } from '@patchbay/foundation';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { sseEvent } from '@patchbay/mcp';
import type { StreamPermits } from '../../limits/stream-permits.ts';
import { EventWriter } from '../../streams/event-writer.ts';
import type { Leases } from '../../streams/leases.ts';
import { type Access, concernsAccess } from '../context/access.ts';
import { whenGone } from '../stream/when-gone.ts';
import { writeEventId } from './event-id.ts';
import type { SessionWatch } from './session-signals.ts';
import type { OpenSession, Sessions } from './sessions.ts';

export interface ReplayDeps {
  readonly sessions: Sessions;
  readonly permits: StreamPermits;
  readonly leases: Leases;
}

export interface ReplayTarget {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly access: Access;
  reauthorize(): Promise<Access>;
  /** Whether what a call of this tool reported may (still) be read. @throws AppError when not */
  requireAccess(subject: McpStreamSubject, access: Access): Promise<void>;
  /** The error as a JSON-RPC message for the request with this id. */
  explain(error: unknown, requestId: string | number): object;
}

/** The stream of one call, and the last of its events that the client has. */
export interface ReplayPosition {
  readonly streamId: string;
  readonly sequence: number;
}

const LOOK_EVERY_MS = 1_000;
const KEEP_ALIVE_MS = STREAM_LIMITS.keepAlive.value;
/** Events that the client of one call missed are sent at once, and are not more than this. */
const UNREAD_BYTES_MAX = STREAM_LIMITS.replayUnread.value;

/**
 * Continues the stream of one call after the last event its client has, on any gateway: first the missed events, then
 * new ones. A call whose gateway is gone ends with an error that asks to repeat it.
 *
 * @throws AppError mcp.event_unknown when the stream is not kept (any more), limits.streams
 */
export async function replayCall(
  deps: ReplayDeps,
  session: OpenSession,
  from: ReplayPosition,
  target: ReplayTarget,
): Promise<void> {
  const { response, access } = target;
  const reader = new StreamReader(deps.sessions, session, from);
  const first = await reader.read();
  if (!first) throw new AppError('mcp.event_unknown');
  await target.requireAccess(first.subject, access);
  const releasePermit = deps.permits.take(access.principal);
  const watch = deps.sessions.signals.watch(session.claims);
  const gone = new AbortController();
  const writer = new EventWriter(response, { headers: () => target.headers, unreadBytesMax: UNREAD_BYTES_MAX });
  const reauthorize = async () => {
    const now = await target.reauthorize();
    await target.requireAccess(first.subject, now);
    return now;
  };
  const lost = (error: unknown) => gone.abort(error);
  const lease = deps.leases.hold(access, { concerns: concernsAccess, reauthorize, lost });
  whenGone(response, () => {
    gone.abort();
    lease.end();
    watch.end();
    releasePermit();
  });
  writer.open();
  const keepAlive = setInterval(() => writer.keepAlive(), KEEP_ALIVE_MS);
  try {
    await reader.copy(first, { response, writer, watch, signal: gone.signal });
    writer.end();
  } catch (error) {
    writer.end(sseEvent(target.explain(error, first.requestId)));
  } finally {
    clearInterval(keepAlive);
  }
}

interface CopyTarget {
  readonly response: ServerResponse;
  readonly writer: EventWriter;
  readonly watch: SessionWatch;
  /** Aborted with the reason of the lease, or without one when the reader is gone. */
  readonly signal: AbortSignal;
}

/** The events of one stream, as the store has them. */
class StreamReader {
  readonly #sessions: Sessions;
  readonly #session: OpenSession;
  readonly #streamId: string;
  #sequence: number;

  constructor(sessions: Sessions, session: OpenSession, { streamId, sequence }: ReplayPosition) {
    this.#sessions = sessions;
    this.#session = session;
    this.#streamId = streamId;
    this.#sequence = sequence;
  }

  /** Events after the last one that was read. */
  read(): Promise<McpStreamView | null> {
    const { claims } = this.#session;
    return this.#sessions.store.read(claims, { sessionId: claims.id, id: this.#streamId }, this.#sequence);
  }

  /** Writes events until the stream is finished or its reader is gone. @throws AppError mcp.event_unknown, mcp.call_lost */
  async copy(first: McpStreamView, { response, writer, watch, signal }: CopyTarget): Promise<void> {
    let view: McpStreamView | null = first;
    for (;;) {
      if (response.destroyed) return;
      signal.throwIfAborted();
      if (!view) throw new AppError('mcp.event_unknown');
      for (const event of view.events) writer.write(this.#take(event));
      if (view.isFinished) return;
      if (!view.isAlive) throw new AppError('mcp.call_lost');
      await watch.next(LOOK_EVERY_MS, signal);
      view = await this.read();
    }
  }

  #take({ sequence, text }: McpStreamView['events'][number]): string {
    this.#sequence = sequence;
    const position = { kind: 'call', streamId: this.#streamId, sequence } as const;
    return sseEvent(JSON.parse(text), writeEventId(this.#sessions.signer, this.#session.claims, position));
  }
}
