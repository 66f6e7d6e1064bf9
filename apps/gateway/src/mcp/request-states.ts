import { createHash } from 'node:crypto';
import type { Clock } from '@patchbay/foundation';
import type { JsonObject, JsonValue } from '@patchbay/mcp';
import { isJsonObject, own } from '@patchbay/mcp';
import type { StateSealer } from '@patchbay/vault';
import type { Call } from './call.ts';
import { subjectOf } from './principal.ts';

/**
 * The `requestState` of multi-round-trip requests. The client keeps it between two rounds, so what a connector wrote
 * into it goes out sealed and comes back only to the caller, the version and the very request it was made for
 * (protocol N7).
 */
export interface RequestStates {
  /** The call with the connector's own state in place of the sealed one; null when it is not this call's state. */
  open(call: Call): Call | null;
  /** The `input_required` result with its state sealed. */
  seal(call: Call, result: JsonObject): JsonObject;
}

/** Between two rounds people answer questions; a state nobody came back with in this time is worth nothing. */
const STATE_MS_MAX = 30 * 60_000;

export function createRequestStates({ sealer, clock }: { sealer: StateSealer; clock: Clock }): RequestStates {
  const now = () => clock.now().getTime();
  return {
    open(call) {
      const sealed = own(call.request.params, 'requestState');
      if (sealed === undefined) return call;
      if (typeof sealed !== 'string') return null;
      const requestState = openState(sealer, bindingOf(call), sealed, now());
      if (requestState === null) return null;
      return { ...call, request: { ...call.request, params: { ...call.request.params, requestState } } };
    },
    seal(call, result) {
      const { requestState } = result;
      if (typeof requestState !== 'string') return result;
      return { ...result, requestState: sealer.seal(bindingOf(call), `${now() + STATE_MS_MAX} ${requestState}`) };
    },
  };
}

function openState(sealer: StateSealer, binding: readonly string[], sealed: string, nowMs: number): string | null {
  try {
    const text = sealer.open(binding, sealed);
    const end = text.indexOf(' ');
    return Number(text.slice(0, end)) > nowMs ? text.slice(end + 1) : null;
  } catch {
    // Tampered with, of another request, or of another installation: all the same to whoever sent it.
    return null;
  }
}

/** Whether this request answers questions of an earlier round: what comes of it is nobody else's and never cached. */
export function isRetry({ request }: Pick<Call, 'request'>): boolean {
  return own(request.params, 'requestState') !== undefined || own(request.params, 'inputResponses') !== undefined;
}

function bindingOf({ endpoint, principal, method, name, request }: Call): string[] {
  const { _meta, requestState, inputResponses, ...asked } = request.params;
  const digest = createHash('sha256').update(canonical(asked)).digest('base64url');
  return [
    ...[endpoint.organizationId, endpoint.connectorId, endpoint.versionId],
    ...[principal.kind, subjectOf(principal), method, name ?? '', digest],
  ];
}

/** JSON with sorted keys: a client may write the same parameters in another order. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
