import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { AppError } from '@patchbay/foundation';
import { capabilitiesOf, viewManifest } from '@patchbay/mcp';
import type { ListenStreams, Permission } from '../subscriptions/listen-streams.ts';
import { whenGone } from '../when-gone.ts';
import { RETRY_MS } from './conversation.ts';
import { writeEventId } from './event-id.ts';
import { ListenerStream } from './listener-stream.ts';
import type { OpenSession, Sessions } from './sessions.ts';

export interface ListenerTarget {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly permission: Permission;
  reauthorize(): Promise<Permission>;
  /** Told why a stream ended, for the log. */
  onError(error: unknown): void;
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
 * anybody's notice. `knownVersionId`: which version's lists the client knew when it lost the stream.
 *
 * @throws AppError limits.streams
 */
export async function serveListener(
  { sessions, streams }: ListenerPlace,
  session: OpenSession,
  target: ListenerTarget,
  knownVersionId: string | undefined,
): Promise<void> {
  const { claims } = session;
  const listenerId = randomUUID();
  let { versionId } = target.permission.endpoint;
  const declared = capabilitiesOf(viewManifest(target.permission.endpoint.manifest));
  const isBehind = knownVersionId !== undefined && knownVersionId !== versionId;
  const stream = new ListenerStream({
    ...target,
    retryMs: RETRY_MS,
    primes: claims.revision >= '2025-11-25',
    missed: isBehind
      ? Object.entries(LISTS).flatMap(([name, method]) => (declared[name] === undefined ? [] : [method]))
      : [],
    eventId: () => writeEventId(sessions.signer, claims, { kind: 'listener', versionId }),
    follows: async (uri) => (await sessions.store.find(claims))?.subscriptions.includes(uri) ?? false,
  });
  await sessions.store.remember(claims, { listenerId });
  sessions.nudges.nudge(claims.id);
  const abort = new AbortController();
  whenGone(target.response, () => abort.abort());
  await streams.open({
    ...target,
    stream,
    // Asked for whenever something changed, and at least every 30 s (security S30).
    reauthorize: async () => {
      const permission = await target.reauthorize();
      const row = await sessions.store.find(claims);
      if (row?.terminatedAt || row?.listenerId !== listenerId) throw new AppError('mcp.session_ended');
      versionId = permission.endpoint.versionId;
      return permission;
    },
    explain: (error) => {
      target.onError(error);
      return {};
    },
  });
  void endWhenReplaced();

  async function endWhenReplaced(): Promise<void> {
    while (!abort.signal.aborted) {
      await sessions.nudges.wait(claims.id, 30_000, abort.signal);
      const row = await sessions.store.find(claims).catch(() => null);
      if (row && (row.terminatedAt || row.listenerId !== listenerId)) return stream.end();
    }
  }
}
