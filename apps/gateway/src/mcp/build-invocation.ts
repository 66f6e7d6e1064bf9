import type { Endpoint } from '@patchbay/domain/endpoints';
import { newId } from '@patchbay/foundation';
import { isJsonObject, type JsonObject, META, objectAt, own, stringAt } from '@patchbay/mcp';
import {
  type CredentialReference,
  createInvocation,
  type EgressRule,
  type Invocation,
  type InvocationRequest,
  type IsolationKey,
} from '@patchbay/sandbox/protocol';
import type { Call, Exchange } from './call.ts';

/** Which sandbox a call belongs to. Two calls share a process only when all of this agrees (security S2). */
export function isolationKeyOf(exchange: Pick<Exchange, 'endpoint'>): IsolationKey {
  const { organizationId, connectorId, versionId, settingsRevision } = exchange.endpoint;
  // Every call of a connector has the same authority until connections belong to people.
  return { organizationId, connectorId, versionId, settingsRevision, subject: '' };
}

/**
 * The call as supervisor and sandbox get it: a value of the gateway's own making. Its id is ours, its parameters are
 * what policy ruled on, and what the protocol or the platform says in `_meta` is written here, never copied (S1).
 */
export function buildInvocation(call: Call, credentials: readonly CredentialReference[]): Invocation {
  const id = newId('invocation');
  return createInvocation({
    id,
    key: isolationKeyOf(call),
    version: versionOf(call.endpoint),
    method: call.method,
    params: invocationParams(call, id),
    tool: call.tool ?? null,
    context: contextOf(call),
    credentials,
  });
}

/** What the sandbox runs for this endpoint. */
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
    groups: [...principal.groups],
    requestId: call.requestId,
    capabilities: objectAt(request.meta, META.clientCapabilities) ?? {},
    ...(logLevel !== undefined && { logLevel }),
    ...(call.trace && { trace: call.trace }),
  };
}

/**
 * From which level on the caller wants log lines ahead of the answer; undefined: none. Modern clients ask per request
 * (protocol N11); what earlier ones set for their session is put into the same place.
 */
export function logLevelOf(call: Call): string | undefined {
  return stringAt(call.request.meta, META.logLevel);
}

/** What the client says it is: for records and logs, never for decisions. */
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
