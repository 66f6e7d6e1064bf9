/** The handler of an endpoint. The types follow from the endpoint's schemas; the plugin does the rest. */
import type { ArtifactStore } from '@patchbay/artifacts';
import type { Database, Tx } from '@patchbay/domain';
import type { ApiKeyCache } from '@patchbay/domain/api-keys';
import type { ChangeFeed } from '@patchbay/domain/changes';
import { once } from '@patchbay/domain/idempotency';
import type { LimitDirectory } from '@patchbay/domain/limits';
import type { Clock, Logger } from '@patchbay/foundation';
import type { Vault } from '@patchbay/vault';
import type { z } from 'zod';
import type { Connections } from '../../connections/index.ts';
import type { Identity } from '../../identity/identity.ts';
import type { CallLimiter } from '../../limits/call-limiter.ts';
import type { AuthorizationServer } from '../../oauth/index.ts';
import type { Sso } from '../../sso/index.ts';
import type { OneTimeFiles } from '../../untrusted/one-time-files.ts';
import { type Access, type Caller, callerId } from '../access/caller.ts';
import type { EndpointSpec } from './endpoint-spec.ts';
import type { ServerEvent } from './event-stream.ts';

/** Dependencies of the handlers of the admin API. */
export interface AdminDeps {
  readonly origin: string;
  readonly database: Database;
  readonly apiKeys: ApiKeyCache;
  /** Conditions that can end a stream. */
  readonly changes: Pick<ChangeFeed, 'onChange' | 'onStale'>;
  readonly identity: Identity;
  /** Derives the secrets of OAuth clients, and knows what people allowed programs at this API. */
  readonly oauth: Pick<AuthorizationServer, 'clientSecret' | 'signingKeys' | 'accountGrants'>;
  readonly sso: Pick<Sso, 'checkIssuer'>;
  /** Revokes tokens at providers. */
  readonly connections: Pick<Connections, 'revoke'>;
  readonly artifacts: ArtifactStore;
  readonly vault: Vault;
  /** Notifies the worker that a version waits. May fail: the worker polls every minute. */
  wakeDeploy(versionId: string): Promise<void>;
  /** @throws AppError artifacts.no_space while a disk of this installation is nearly full */
  refuseUploads(): Promise<void>;
  readonly files: OneTimeFiles;
  /** The counters of calls, to be looked at. */
  readonly limiter: Pick<CallLimiter, 'read' | 'condition'>;
  readonly limits: Pick<LimitDirectory, 'planOf'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Call<E extends EndpointSpec> {
  readonly params: z.output<E['params']>;
  readonly query: z.output<E['query']>;
  readonly body: E['body'] extends z.ZodType ? z.output<E['body']> : undefined;
  readonly caller: Caller;
  readonly requestId: string;
  readonly clientAddress: string;
  /**
   * Scope of an idempotent creation. `fingerprint` identifies the request that the key was used for; a body adds to it.
   */
  readonly idempotency: {
    readonly key: string;
    readonly fingerprint: string;
    readonly withheld: readonly string[];
  } | null;
}

/** A call to a path with an organization: its access has been checked. */
export interface OrganizationCall<E extends EndpointSpec> extends Call<E> {
  readonly access: Access;
  /** The body as it arrives, for uploads. */
  readonly upload: AsyncIterable<Uint8Array> | null;
}

type Answer<E extends EndpointSpec> = E['reply'] extends z.ZodType ? z.input<E['reply']> : undefined;

export type Work<E extends EndpointSpec> =
  | { readonly kind: 'personal'; run(call: Call<E>, deps: AdminDeps): Promise<Answer<E>> }
  | { readonly kind: 'organization'; run(call: OrganizationCall<E>, deps: AdminDeps): Promise<Answer<E>> }
  | {
      readonly kind: 'stream';
      /** Before the answer begins: afterwards there is no status left to refuse with. */
      check(call: OrganizationCall<E>, deps: AdminDeps): Promise<unknown>;
      run(call: OrganizationCall<E>, deps: AdminDeps, signal: AbortSignal): AsyncIterable<ServerEvent>;
    };

/** An endpoint with what runs behind it: a row of the table. */
export type Endpoint<E extends EndpointSpec> = E & { readonly work: Work<E> };

type Run<E extends EndpointSpec, C> = (call: C, deps: AdminDeps) => Promise<Answer<E>>;

/** A declared endpoint, waiting for what runs behind it. */
export interface Declaration<E extends EndpointSpec> {
  /** Behind a path without organization. */
  personal(run: Run<E, Call<E>>): Endpoint<E>;
  /** Behind a path with an organization, for work that needs more than one transaction. */
  inOrganization(run: Run<E, OrganizationCall<E>>): Endpoint<E>;
  /** The usual case: all of it in one transaction of the organization, once per idempotency key. */
  inTransaction(run: (tx: Tx, call: OrganizationCall<E>, deps: AdminDeps) => Promise<Answer<E>>): Endpoint<E>;
  /** A stream of events. `find` looks for what the path names, and throws when there is nothing to follow. */
  stream(
    find: (tx: Tx, call: OrganizationCall<E>) => Promise<unknown>,
    run: (call: OrganizationCall<E>, deps: AdminDeps, signal: AbortSignal) => AsyncIterable<ServerEvent>,
  ): Endpoint<E>;
}

/** @throws Error where the path has an organization that the work does not expect, or the other way round */
export function declare<E extends EndpointSpec>(endpoint: E): Declaration<E> {
  const withOrganization = Object.hasOwn(endpoint.params.shape, 'organization');
  const behind = (work: Work<E>): Endpoint<E> => {
    // Guards look the organization of a path up; no other code may work in one.
    if (withOrganization === (work.kind === 'personal')) {
      throw new Error(`${endpoint.method} ${endpoint.path} ${withOrganization ? 'has an' : 'has no'} organization`);
    }
    return { ...endpoint, work };
  };
  const inOrganization = (run: Run<E, OrganizationCall<E>>) => behind({ kind: 'organization', run });
  return {
    personal: (run) => behind({ kind: 'personal', run }),
    inOrganization,
    inTransaction: (run) =>
      inOrganization((call, deps) =>
        deps.database.withOrganization(scopeOf(call), (tx) => onceOnly(tx, call, () => run(tx, call, deps))),
      ),
    stream(find, run) {
      const check = (call: OrganizationCall<E>, deps: AdminDeps) =>
        deps.database.withOrganization(scopeOf(call), (tx) => find(tx, call));
      return behind({ kind: 'stream', check, run });
    },
  };
}

export function scopeOf(call: { readonly access: Access }) {
  return { organizationId: call.access.organization.id };
}

/** Runs the work, or answers what the same idempotency key was answered before. */
export async function onceOnly<A>(
  tx: Tx,
  call: Pick<Call<EndpointSpec>, 'caller' | 'idempotency'>,
  work: () => Promise<A>,
): Promise<A> {
  if (!call.idempotency) return work();
  const question = { ...call.idempotency, callerId: callerId(call.caller) };
  const answer = await once(tx, question, async () => ({ status: 200, body: await work() }));
  // Kept as JSON under this endpoint's fingerprint, so it has the shape the work answered with.
  return answer.body as A;
}
