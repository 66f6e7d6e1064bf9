import type { ServerResponse } from 'node:http';
import { AppError } from '@patchbay/foundation';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { type ConnectorEvent, type IsolationKey, isolationKeyText } from '@patchbay/sandbox-protocol';
import type { StreamPermits } from '../../limits/stream-permits.ts';
import type { Leases } from '../../streams/leases.ts';
import { isolationKeyOf } from '../call/invocation.ts';
import { type Access, concernsAccess, listsChangedBetween } from '../context/access.ts';
import { whenGone } from '../stream/when-gone.ts';
import type { ConnectorEvents, ConnectorIds } from './connector-events.ts';
import type { FollowResources } from './follow-resources.ts';

/** The stream that a lease keeps open: of a `subscriptions/listen` request, or of the GETs of a 2025 session. */
export interface LeasedStream {
  open(): void;
  notify(method: string, uri?: string): void;
  keepAlive(): void;
  /** Null when only the gateway ends: the client opens a new one, on another gateway. */
  end(error: unknown): void;
  dispose(): void;
}

export interface ListenRequest {
  readonly response: ServerResponse;
  readonly stream: LeasedStream;
  readonly access: Access;
  /** Finds out again. @throws AppError when the caller may not listen any more */
  reauthorize(): Promise<Access>;
  /** The resources whose changes its client waits for. */
  followed(): Promise<readonly string[]>;
}

export interface ListenStreamsDeps {
  readonly leases: Leases;
  readonly events: ConnectorEvents;
  readonly permits: StreamPermits;
  readonly followResources: FollowResources;
}

const KEEP_ALIVE_MS = STREAM_LIMITS.keepAlive.value;

/** All streams of this gateway that report changes. */
export class ListenStreams {
  readonly #deps: ListenStreamsDeps;
  /** By stream, what ends it. */
  readonly #open = new Map<LeasedStream, () => void>();
  readonly #keepAlive: NodeJS.Timeout;

  constructor(deps: ListenStreamsDeps) {
    this.#deps = deps;
    this.#keepAlive = setInterval(() => {
      for (const stream of this.#open.keys()) stream.keepAlive();
    }, KEEP_ALIVE_MS).unref();
  }

  /** Opens a stream; resolves when it is acknowledged. @throws AppError limits.streams */
  async open({ response, stream, access, reauthorize, followed }: ListenRequest): Promise<void> {
    const { leases, events, permits, followResources } = this.#deps;
    const releasePermit = permits.take(access.principal);
    let present = access;
    const sources = new Sources(events, (event) => {
      if (isFor(event, present)) stream.notify(event.method, event.uri);
    });
    const stop = () => {
      this.#open.delete(stream);
      stream.dispose();
      sources.end();
      releasePermit();
    };
    this.#open.set(stream, stop);
    whenGone(response, stop);
    await sources.follow(access.connectors.map(({ endpoint }) => endpoint));
    if (!this.#open.has(stream)) return;
    stream.open();
    const lease = leases.hold(access, {
      concerns: concernsAccess,
      reauthorize,
      renewed(now, before) {
        // Same address, other connector: the subscribed one is gone.
        if (now.connectorId !== before.connectorId) throw new AppError('mcp.endpoint_not_found');
        present = now;
        void followed().then((uris) => followResources(now, uris), ignored);
        void sources.follow(now.connectors.map(({ endpoint }) => endpoint));
        notifyChanges(stream, before, now);
      },
      lost(error) {
        stream.end(error);
        stop();
      },
    });
    whenGone(response, () => lease.end());
  }

  /** Ends every stream in order. */
  close(): void {
    clearInterval(this.#keepAlive);
    for (const [stream, stop] of this.#open) {
      stream.end(null);
      stop();
    }
  }
}

/** A list of resources that cannot be read now: the next renewal asks again. */
const ignored = () => undefined;

function notifyChanges(stream: LeasedStream, before: Access, now: Access): void {
  if (now.revision === before.revision) return;
  for (const method of listsChangedBetween(before, now)) stream.notify(method);
}

/** The connectors that one stream is subscribed to. They change with its caller's access. */
class Sources {
  readonly #events: ConnectorEvents;
  readonly #listener: (event: ConnectorEvent) => void;
  readonly #stops = new Map<string, Promise<() => void>>();
  #isOver = false;

  constructor(events: ConnectorEvents, listener: (event: ConnectorEvent) => void) {
    this.#events = events;
    this.#listener = listener;
  }

  /** For good: a client can be gone before its stream follows anything. */
  end(): void {
    void this.follow([]);
    this.#isOver = true;
  }

  /** Resolves when it is subscribed to all of them. */
  async follow(connectors: readonly ConnectorIds[]): Promise<void> {
    if (this.#isOver) return;
    const wanted = new Map(connectors.map((connector) => [connector.connectorId, connector]));
    for (const [id, stop] of this.#stops) {
      if (wanted.has(id)) continue;
      this.#stops.delete(id);
      void stop.then((silence) => silence());
    }
    for (const [id, connector] of wanted) {
      if (!this.#stops.has(id)) this.#stops.set(id, this.#events.subscribe(connector, this.#listener));
    }
    await Promise.all(this.#stops.values());
  }
}

/**
 * A change reaches only callers of the sandbox it came from: same version, same person where it has one. Only its own
 * connector may publish a change of a resource.
 */
function isFor({ key, uri }: ConnectorEvent, access: Access): boolean {
  const source = access.connectors.find(({ endpoint }) => endpoint.connectorId === key.connectorId);
  if (!source) return false;
  // A change without a person is for every caller of the connector.
  const own = [source.principal, null].map((principal) => isolationKeyOf(source.endpoint, principal));
  const isSameSandbox = own.some((one) => isSameExceptSettings(one, key));
  return (
    isSameSandbox && (uri === undefined || access.ownerOf(uri)?.endpoint.connectorId === source.endpoint.connectorId)
  );
}

/** New settings make a new sandbox; changes published by the previous one remain valid. */
function isSameExceptSettings(one: IsolationKey, other: IsolationKey): boolean {
  return isolationKeyText({ ...one, settingsRevision: 0 }) === isolationKeyText({ ...other, settingsRevision: 0 });
}
