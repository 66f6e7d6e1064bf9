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

export interface ListenerTarget {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly access: Access;
  reauthorize(): Promise<Access>;
}

export interface ListenerPlace {
  readonly sessions: Sessions;
  readonly streams: ListenStreams;
}

const LISTS = {
  tools: 'notifications/tools/list_changed',
  prompts: 'notifications/prompts/list_changed',
  resources: 'notifications/resources/list_changed',
} as const;

/**
 * Opens the GET stream of a session; a later one takes over, because its client may have lost the earlier one without
 * anybody's notice. `knownRevision`: which lists the client knew when it lost the stream.
 *
 * @throws AppError limits.streams
 */
export async function serveListener(
  { sessions, streams }: ListenerPlace,
  session: OpenSession,
  target: ListenerTarget,
  knownRevision: string | undefined,
): Promise<void> {
  const { claims } = session;
  const listenerId = randomUUID();
  let { revision } = target.access;
  const declared = capabilitiesOf(target.access.manifest);
  const isBehind = knownRevision !== undefined && knownRevision !== revision;
  const stream = new ListenerStream({
    ...target,
    retryMs: RETRY_AFTER_LOSS_MS,
    primes: claims.revision >= '2025-11-25',
    missed: isBehind
      ? Object.entries(LISTS).flatMap(([name, method]) => (declared[name] === undefined ? [] : [method]))
      : [],
    eventId: () => writeEventId(sessions.signer, claims, { kind: 'listener', revision }),
    follows: async (uri) => (await sessions.store.find(claims))?.subscriptions.includes(uri) ?? false,
  });
  await sessions.store.remember(claims, { listenerId });
  sessions.signals.nudge(claims);
  const abort = new AbortController();
  whenGone(target.response, () => abort.abort());
  await streams.open({
    ...target,
    stream,
    followed: async () => (await sessions.store.find(claims))?.subscriptions ?? [],
    // Asked for whenever something changed, and at least every 30 s.
    reauthorize: async () => {
      const access = await target.reauthorize();
      const row = await sessions.store.refresh(claims);
      if (row?.terminatedAt || row?.listenerId !== listenerId) throw new AppError('mcp.session_ended');
      revision = access.revision;
      return access;
    },
  });
  void endWhenReplaced();

  async function endWhenReplaced(): Promise<void> {
    const watch = sessions.signals.watch(claims);
    while (!abort.signal.aborted) {
      await watch.next(30_000, abort.signal);
      const row = abort.signal.aborted ? null : await sessions.store.refresh(claims).catch(() => null);
      if (row && (row.terminatedAt || row.listenerId !== listenerId)) stream.end(new AppError('mcp.session_ended'));
    }
    watch.end();
  }
}
