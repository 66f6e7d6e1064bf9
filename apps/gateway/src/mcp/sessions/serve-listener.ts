import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { AppError } from '@patchbay/foundation';
import { capabilitiesOf } from '@patchbay/mcp';
import type { Access } from '../context/access.ts';
import { whenGone } from '../stream/when-gone.ts';
import type { ListenStreams } from '../subscriptions/listen-streams.ts';
import { RETRY_AFTER_LOSS_MS } from './conversation.ts';
import { writeEventId } from './event-id.ts';
import { ListenerStream } from './listener-stream.ts';
import type { OpenSession, Sessions } from './sessions.ts';

export interface ListenerDeps {
  readonly sessions: Sessions;
  readonly listenStreams: ListenStreams;
}

export interface ListenerTarget {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly access: Access;
  reauthorize(): Promise<Access>;
}

const LISTS = {
  tools: 'notifications/tools/list_changed',
  prompts: 'notifications/prompts/list_changed',
  resources: 'notifications/resources/list_changed',
} as const;

/**
 * Opens the GET stream of a session; a later one takes over, because its client may have lost the earlier one
 * unnoticed. `knownRevision`: the revision of the lists that the client knew when it lost the stream.
 *
 * @throws AppError limits.streams
 */
export async function serveListener(
  { sessions, listenStreams }: ListenerDeps,
  session: OpenSession,
  target: ListenerTarget,
  knownRevision: string | undefined,
): Promise<void> {
  const { claims } = session;
  const listenerId = randomUUID();
  let { revision } = target.access;
  const findSubscriptions = async () => (await sessions.store.find(claims))?.subscriptions ?? [];
  const stream = new ListenerStream({
    ...target,
    retryMs: RETRY_AFTER_LOSS_MS,
    primes: claims.revision >= '2025-11-25',
    missed: knownRevision === undefined || knownRevision === revision ? [] : listsOf(target.access),
    eventId: () => writeEventId(sessions.signer, claims, { kind: 'listener', revision }),
    follows: async (uri) => (await findSubscriptions()).includes(uri),
  });
  await sessions.store.remember(claims, { listenerId });
  sessions.signals.wake(claims);
  const gone = new AbortController();
  whenGone(target.response, () => gone.abort());
  await listenStreams.open({
    ...target,
    stream,
    followed: findSubscriptions,
    // Asked whenever something changed, and at least every 30 s.
    reauthorize: async () => {
      const access = await target.reauthorize();
      if (isReplaced(await sessions.store.refresh(claims), listenerId)) throw new AppError('mcp.session_ended');
      revision = access.revision;
      return access;
    },
  });
  void endWhenReplaced(sessions, session, { stream, listenerId, signal: gone.signal });
}

/** The lists that the access offers, by the notification that one changed. */
function listsOf({ manifest }: Access): string[] {
  const offered = capabilitiesOf(manifest);
  return Object.entries(LISTS).flatMap(([name, method]) => (offered[name] === undefined ? [] : [method]));
}

interface OpenListener {
  readonly stream: ListenerStream;
  readonly listenerId: string;
  readonly signal: AbortSignal;
}

async function endWhenReplaced(
  sessions: Sessions,
  { claims }: OpenSession,
  { stream, listenerId, signal }: OpenListener,
): Promise<void> {
  const watch = sessions.signals.watch(claims);
  while (!signal.aborted) {
    await watch.next(30_000, signal);
    const row = signal.aborted ? null : await sessions.store.refresh(claims).catch(() => null);
    if (row && isReplaced(row, listenerId)) stream.end(new AppError('mcp.session_ended'));
  }
  watch.end();
}

/** Whether the session ended, or another listener took over. */
function isReplaced(row: Awaited<ReturnType<Sessions['store']['find']>>, listenerId: string): boolean {
  return Boolean(row?.terminatedAt) || row?.listenerId !== listenerId;
}
