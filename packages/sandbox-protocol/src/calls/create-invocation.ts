import { isJsonObject, type JsonObject } from '../payloads/json.ts';
import { CALL_DEADLINE_MS, RESULT_BYTES_MAX, TIMEOUT_META_KEY } from './call-limits.ts';
import type { CredentialReference, Invocation, InvocationContext } from './invocation.ts';

/** The inputs of an invocation; everything else follows from them, the same in every process. */
export interface InvocationRequest extends Pick<Invocation, 'id' | 'key' | 'method' | 'params'> {
  readonly version: Pick<Invocation, 'artifactDigest' | 'snapshot' | 'egress' | 'codeGeneration'>;
  /** The called tool as its connector lists it; null for a method that calls no tool. */
  readonly tool: JsonObject | null;
  readonly context: Omit<InvocationContext, 'idempotencyKey'>;
  readonly credentials?: readonly CredentialReference[];
  /** Milliseconds. Default: what the tool asks for, otherwise the standard deadline. */
  readonly deadlineMs?: number;
}

/**
 * Builds an invocation. Gateway, worker and `patchbay dev` have no other way to one, so a connector sees the same effect,
 * deadline, result limit and idempotency key wherever it runs.
 */
export function createInvocation(request: InvocationRequest): Invocation {
  const { id, key, method, params, version, tool, context, credentials = [], deadlineMs } = request;
  return {
    id,
    key,
    artifactDigest: version.artifactDigest,
    ...(version.snapshot && { snapshot: version.snapshot }),
    egress: version.egress,
    method,
    params,
    deadlineMs: deadlineMs ?? deadlineOf(tool),
    effect: effectOf(tool),
    context: { ...context, idempotencyKey: id },
    credentials: [...credentials],
    resultBytesMax: RESULT_BYTES_MAX,
    codeGeneration: version.codeGeneration,
  };
}

/**
 * Whether a call of this tool may write. Only a literal `readOnlyHint: true` makes it a read; prompts, resources and
 * completions are reads by definition of the protocol.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/schema (ToolAnnotations)
 */
export function effectOf(tool: JsonObject | null): Invocation['effect'] {
  if (tool === null) return 'read';
  return isJsonObject(tool.annotations) && tool.annotations.readOnlyHint === true ? 'read' : 'write';
}

/** The deadline that the tool asks for, within the range that is allowed; otherwise the standard one. */
function deadlineOf(tool: JsonObject | null): number {
  const asked = tool !== null && isJsonObject(tool._meta) ? tool._meta[TIMEOUT_META_KEY] : undefined;
  if (typeof asked !== 'number' || !Number.isFinite(asked)) return CALL_DEADLINE_MS.standard;
  return Math.min(CALL_DEADLINE_MS.most, Math.max(CALL_DEADLINE_MS.least, Math.round(asked)));
}
