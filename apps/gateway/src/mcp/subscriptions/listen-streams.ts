import type { Change, ChangeFeed } from '@patchbay/domain/changes';
import type { Endpoint } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import { changedLists, resultMessage, subscriptionEnd, viewManifest } from '@patchbay/mcp';
import type { ConnectorEvent } from '@patchbay/sandbox/protocol';
import type { StreamPlaces } from '../../limits/stream-places.ts';
import { isolationKeyOf } from '../build-invocation.ts';
import type { Principal } from '../principal.ts';
import { whenGone } from '../when-gone.ts';
import type { ConnectorEvents } from './connector-events.ts';
import { ListenStream, type ListenStreamOptions } from './listen-stream.ts';

/** Who may listen to what, as it was last found out. */
export interface Permission {
  readonly endpoint: Endpoint;
  readonly principal: Principal;
}

/** What a lease keeps open: the stream of a `subscriptions/listen` request, or of the GETs of a 2025 session. */
export interface LeasedStream {
  open(): void;
  tell(method: string, uri?: string): void;
  keepAlive(): void;
  end(message: object): void;
  dispose(): void;
}

export type ListenRequest = LeaseTerms &
  (ListenStreamOptions | (Pick<ListenStreamOptions, 'response'> & { readonly stream: LeasedStream }));

interface LeaseTerms {
  readonly permission: Permission;
  /** Finds out again. @throws AppError when the caller may not listen any more */
  reauthorize(): Promise<Permission>;
  /** The last message of a stream that ends for this reason. */
  explain(error: unknown): object;
}

export interface ListenStreamsDeps {
  readonly changes: Pick<ChangeFeed, 'onChange' | 'onStale'>;
  readonly events: ConnectorEvents;
  readonly places: StreamPlaces;
}

/** All `subscriptions/listen` streams of this gateway. */
export interface ListenStreams {
  /** Opens a stream; resolves when it is acknowledged. @throws AppError limits.streams */
  open(request: ListenRequest): Promise<void>;
  /** Ends every stream in order: their clients open new ones, on another gateway. */
  close(): void;
}

const KEEP_ALIVE_MS = 15_000;
/** Together: a permission is looked at again after at most 30 s, whatever was or was not announced (security S30). */
const RENEW_AFTER_MS = 25_000;
const LOOK_EVERY_MS = 5_000;

interface Lease {
  readonly request: ListenRequest;
  readonly stream: LeasedStream;
  permission: Permission;
  renewedAtMs: number;
  renewing: Promise<void> | null;
  /** Something happened during a renewal: its answer may be from before. */
  isDoubtful: boolean;
  stop(): void;
}

/**
 * Every stream is a lease: the permission behind it is asked for again whenever it may have changed, and the stream
 * ends with a reason when it is gone.
 */
export function createListenStreams(deps: ListenStreamsDeps): ListenStreams {
  const leases = new Set<Lease>();

  const renewOnce = async (lease: Lease): Promise<void> => {
    const before = lease.permission.endpoint;
    try {
      lease.permission = await lease.request.reauthorize();
      lease.renewedAtMs = performance.now();
    } catch (error) {
      return end(lease, lease.request.explain(error));
    }
    const now = lease.permission.endpoint;
    // Same address, other connector: what was listened to is gone.
    if (now.connectorId !== before.connectorId) {
      return end(lease, lease.request.explain(new AppError('mcp.endpoint_not_found')));
    }
    if (now.versionId === before.versionId) return;
    for (const method of changedLists(viewManifest(before.manifest), viewManifest(now.manifest))) {
      lease.stream.tell(method);
    }
  };

  const renew = (lease: Lease): void => {
    lease.isDoubtful = true;
    lease.renewing ??= (async () => {
      while (lease.isDoubtful && leases.has(lease)) {
        lease.isDoubtful = false;
        await renewOnce(lease);
      }
      lease.renewing = null;
    })();
  };

  const end = (lease: Lease, message: object): void => {
    lease.stream.end(message);
    lease.stop();
  };

  const unsubscribe = [
    deps.changes.onChange((change) => {
      for (const lease of leases) if (concerns(change, lease.permission)) renew(lease);
    }),
    deps.changes.onStale(() => {
      for (const lease of leases) renew(lease);
    }),
  ];
  const keepAlive = setInterval(() => {
    for (const lease of leases) lease.stream.keepAlive();
  }, KEEP_ALIVE_MS).unref();
  const look = setInterval(() => {
    const due = performance.now() - RENEW_AFTER_MS;
    for (const lease of leases) if (lease.renewedAtMs <= due) renew(lease);
  }, LOOK_EVERY_MS).unref();

  return {
    async open(request) {
      const { permission, response } = request;
      const giveBack = deps.places.take(permission.principal);
      const stream = 'stream' in request ? request.stream : new ListenStream(request);
      let silence: () => void = () => undefined;
      const lease: Lease = {
        ...{ request, stream, permission, renewedAtMs: performance.now(), renewing: null, isDoubtful: false },
        stop() {
          leases.delete(lease);
          stream.dispose();
          silence();
          giveBack();
        },
      };
      leases.add(lease);
      whenGone(response, lease.stop);
      const stopListening = await deps.events.subscribe(permission.endpoint.connectorId, (event) => {
        if (isFor(event, lease.permission)) stream.tell(event.method, event.uri);
      });
      if (!leases.has(lease)) return stopListening();
      silence = stopListening;
      stream.open();
      // What changed between the first look and this one was told to nobody.
      renew(lease);
    },
    close() {
      clearInterval(keepAlive);
      clearInterval(look);
      for (const stop of unsubscribe) stop();
      for (const lease of leases) {
        const { request, permission } = lease;
        if ('stream' in request) {
          end(lease, {});
          continue;
        }
        const result = subscriptionEnd(request.request.id, viewManifest(permission.endpoint.manifest));
        end(lease, resultMessage(request.request.id, result));
      }
    },
  };
}

/** Whether the change can end the permission or change what it is for. */
function concerns({ kind, id }: Change, { endpoint, principal }: Permission): boolean {
  switch (kind) {
    case 'connector':
      return id === endpoint.connectorId;
    case 'organization':
      return id === endpoint.organizationId;
    case 'api_key':
      return id === principal.clientId;
    case 'person':
      return id === principal.userId;
    case 'version':
    case 'audit_event':
      return false;
  }
}

/** An announcement reaches only callers of the sandbox it came from: same version, same person where it has one. */
function isFor({ key }: ConnectorEvent, { endpoint }: Permission): boolean {
  const own = isolationKeyOf({ endpoint });
  return key.organizationId === own.organizationId && key.versionId === own.versionId && key.subject === own.subject;
}
