import { newId } from '@patchbay/foundation';
import { isJsonObject, type JsonObject, META, objectAt, own, stringAt } from '@patchbay/mcp';
import type {
  CredentialReference,
  EgressRule,
  Invocation,
  InvocationContext,
  IsolationKey,
} from '@patchbay/sandbox/protocol';
import type { Call, Exchange } from './call.ts';
import { annotationsOf } from './rule-call.ts';

/** How long a call may take, waiting included: an explained error arrives before a hosted client gives up. */
const DEADLINE_MS = 50_000;
/** What a tool may ask for instead. Claude itself gives up after 300 s. */
const DEADLINE_MS_RANGE = { least: 1_000, most: 300_000 };
/** The member of a tool's `_meta` that asks. */
const TIMEOUT_META = 'patchbay/timeoutMs';
/** Bytes of one result on its way to the client. */
export const RESULT_BYTES_MAX = 4 * 1024 * 1024;

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
  return {
    id,
    key: isolationKeyOf(call),
    artifactDigest: call.endpoint.artifactDigest,
    ...(call.endpoint.snapshot && { snapshot: call.endpoint.snapshot }),
    egress: egressOf(call.endpoint.manifest),
    method: call.method,
    params: invocationParams(call, id),
    deadlineMs: deadlineOf(call),
    effect: call.tool && annotationsOf(call.tool).readOnlyHint !== true ? 'write' : 'read',
    context: contextOf(call, id),
    credentials: [...credentials],
    resultBytesMax: RESULT_BYTES_MAX,
    codeGeneration: call.endpoint.codeGeneration,
  };
}

function deadlineOf({ tool }: Call): number {
  const asked = own(tool ? objectAt(tool, '_meta') : undefined, TIMEOUT_META);
  if (typeof asked !== 'number' || !Number.isFinite(asked)) return DEADLINE_MS;
  return Math.min(DEADLINE_MS_RANGE.most, Math.max(DEADLINE_MS_RANGE.least, Math.round(asked)));
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

function contextOf(call: Call, invocationId: string): InvocationContext {
  const { principal, endpoint, request } = call;
  const logLevel = logLevelOf(call);
  return {
    user: principal.user,
    organization: { id: endpoint.organizationId, slug: endpoint.organizationSlug },
    client: clientOf(request.meta),
    roles: [...principal.roles],
    groups: [...principal.groups],
    requestId: call.requestId,
    idempotencyKey: invocationId,
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

export function egressOf(manifest: Readonly<Record<string, unknown>>): EgressRule[] {
  const { egress } = manifest;
  if (!Array.isArray(egress)) return [];
  return egress.filter(
    (rule): rule is EgressRule => isJsonObject(rule) && typeof rule.host === 'string' && typeof rule.port === 'number',
  );
}
