import type { Endpoint } from '@patchbay/domain/endpoints';
import { newId } from '@patchbay/foundation';
import { CALL_LIMITS } from '@patchbay/foundation/limits';
import { isJsonObject, type JsonObject, META, objectAt, own, stringAt } from '@patchbay/mcp';
import {
  type CredentialReference,
  createInvocation,
  type EgressRule,
  type Invocation,
  type InvocationRequest,
  type IsolationKey,
  isolationKeyFor,
} from '@patchbay/sandbox-protocol';
import type { Call } from '../context/call.ts';
import { type Principal, subjectOf } from '../context/principal.ts';

/** No connector uses accounts of people yet, so every call of one has the same authority. */
const NO_PROVIDERS: readonly string[] = [];

/**
 * The isolation key of a call. Two calls share a process only when all of it agrees. @param principal null for the platform's own calls
 */
export function isolationKeyOf(endpoint: Endpoint, principal: Principal | null): IsolationKey {
  const { organizationId, connectorId, versionId, settingsRevision, live } = endpoint;
  return isolationKeyFor({
    organizationId,
    connectorId,
    versionId,
    settingsRevision,
    principal: principal && { kind: principal.kind, id: subjectOf(principal) },
    preview: !live,
    providers: NO_PROVIDERS,
  });
}

/**
 * The call as supervisor and sandbox get it: a value of the gateway's own making. Its id is ours, its parameters are
 * those policy ruled on, and the protocol's and platform's fields in `_meta` are written here, never copied.
 */
export function buildInvocation(call: Call, credentials: readonly CredentialReference[]): Invocation {
  const id = newId('invocation');
  return createInvocation({
    id,
    key: isolationKeyOf(call.endpoint, call.principal),
    version: versionOf(call.endpoint),
    method: call.method,
    params: invocationParams(call, id),
    tool: call.tool ?? null,
    context: contextOf(call),
    credentials,
  });
}

/** The version and settings that the sandbox runs for this endpoint. */
export function versionOf(endpoint: Endpoint): InvocationRequest['version'] {
  const { artifactDigest, snapshot, manifest, codeGeneration } = endpoint;
  return { artifactDigest, ...(snapshot && { snapshot }), egress: egressOf(manifest), codeGeneration };
}

const RESERVED_META = /^(io\.modelcontextprotocol|com\.patchbay)\//;
const BARE_RESERVED_META: ReadonlySet<string> = new Set(['progressToken', 'traceparent', 'tracestate', 'baggage']);

/** The caller's parameters; of `_meta` only what neither the protocol nor we give a meaning to. */
function invocationParams(call: Call, invocationId: string): JsonObject {
  const { _meta, ...params } = call.request.params;
  const kept = Object.entries(call.request.meta).filter(
    ([key]) => !RESERVED_META.test(key) && !BARE_RESERVED_META.has(key),
  );
  const meta: JsonObject = Object.fromEntries(kept);
  if (progressTokenOf(call) !== undefined) meta.progressToken = invocationId;
  return { ...params, _meta: meta };
}

/** Under which token the caller wants progress, if at all. It stays in the gateway. */
export function progressTokenOf(call: Call): string | number | undefined {
  const token = own(call.request.meta, 'progressToken');
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}

function contextOf(call: Call): InvocationRequest['context'] {
  const { principal, endpoint, request } = call;
  const logLevel = logLevelOf(call);
  return {
    user: principal.user,
    organization: { id: endpoint.organizationId, slug: endpoint.organizationSlug },
    client: clientOf(request.meta),
    roles: [...principal.roles],
    groups: principal.groups.map(({ name }) => name),
    requestId: call.requestId,
    capabilities: objectAt(request.meta, META.clientCapabilities) ?? {},
    ...(logLevel !== undefined && { logLevel }),
    ...(call.trace && { trace: call.trace }),
  };
}

/**
 * From which level on the caller wants log lines ahead of the answer; undefined: none. Modern clients ask per request
 *; what earlier ones set for their session is put into the same place.
 */
export function logLevelOf(call: Call): string | undefined {
  return stringAt(call.request.meta, META.logLevel);
}

/** The client's own name: for records and logs, never for decisions. */
export function clientOf(meta: JsonObject): { name: string; version: string | null } | null {
  const info = objectAt(meta, META.clientInfo);
  const name = stringAt(info, 'name');
  return name === undefined
    ? null
    : { name: name.slice(0, 128), version: stringAt(info, 'version')?.slice(0, 64) ?? null };
}

function egressOf(manifest: Readonly<Record<string, unknown>>): EgressRule[] {
  const { egress } = manifest;
  if (!Array.isArray(egress)) return [];
  return egress.filter(
    (rule): rule is EgressRule => isJsonObject(rule) && typeof rule.host === 'string' && typeof rule.port === 'number',
  );
}

/** Shorter than a call's: listing and following do no work for a person. */
const DEADLINE_MS = CALL_LIMITS.ownDeadline.value;

/** A request of the gateway's own to a connector, in the sandbox that serves the calls of this key, in no person's name. */
export function ownInvocation(
  endpoint: Endpoint,
  key: IsolationKey,
  asked: Pick<Invocation, 'method' | 'params'>,
): Invocation {
  return createInvocation({
    id: newId('invocation'),
    key,
    version: versionOf(endpoint),
    method: asked.method,
    params: asked.params,
    tool: null,
    context: {
      user: null,
      organization: { id: endpoint.organizationId, slug: endpoint.organizationSlug },
      client: null,
      roles: [],
      groups: [],
      requestId: newId('request'),
      capabilities: {},
    },
    deadlineMs: DEADLINE_MS,
  });
}
