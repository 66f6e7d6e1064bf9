import {
  fault,
  isJsonObject,
  type JsonObject,
  META,
  missingCapability as missingCapabilityFault,
  objectAt,
  own,
  RPC_CODES,
  type RpcError,
  type RpcFault,
  stringAt,
} from '@patchbay/mcp';
import type { Call } from '../context/call.ts';

/** The methods whose results may ask for input. */
const MAY_ASK: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

/**
 * The fault of an `input_required` result for a client of 2026-07-28, or null. A connector on an SDK never has one; one
 * that writes its results by hand is held to the same rules.
 *
 * @see 2026-07-28 basic/patterns/mrtr
 */
export function checkInputRequests(call: Call, result: JsonObject): RpcFault | null {
  const { id, meta } = call.request;
  const wrong = (why: string) => fault(200, RPC_CODES.internal, `The connector asks for input ${why}.`, { id });
  if (!MAY_ASK.has(call.method)) return wrong(`where ${call.method} allows none`);
  const asked = objectAt(result, 'inputRequests');
  if (asked === undefined && typeof own(result, 'requestState') !== 'string') return wrong('without naming it');
  const declared = objectAt(meta, META.clientCapabilities) ?? {};
  for (const request of Object.values(asked ?? {})) {
    const method = isJsonObject(request) ? stringAt(request, 'method') : undefined;
    const params = isJsonObject(request) ? objectAt(request, 'params') : undefined;
    const missing = method === undefined ? undefined : missingCapability(method, params ?? {}, declared);
    if (missing === undefined) return wrong(`by ${method ?? 'no method'}, which no client answers`);
    if (missing !== null) return missingCapabilityFault(id, missing);
  }
  return null;
}

/**
 * A connector of 2025 that needs its person at a URL reports an error; for a client of 2026-07-28 that is an input request.
 * The `input_required` result of such an error; null for every other one.
 *
 * @see 2025-11-25 client/elicitation, "URL Mode Elicitation Required Error"
 */
export function urlInputRequests({ code, data }: RpcError): JsonObject | null {
  const elicitations = isJsonObject(data) ? data.elicitations : undefined;
  if (code !== RPC_CODES.legacyUrlElicitationRequired || !Array.isArray(elicitations)) return null;
  const asked = elicitations.filter(isJsonObject).map((params, index) => {
    return [`url-${index + 1}`, { method: 'elicitation/create', params: { ...params, mode: 'url' } }] as const;
  });
  return asked.length === 0 ? null : { inputRequests: Object.fromEntries(asked) };
}

/**
 * The capability that a client lacks to be sent this request; null when it may be sent, undefined when no client may
 * be.
 *
 * @see 2026-07-28 basic/patterns/mrtr; 2025-11-25 client/elicitation, client/sampling, client/roots: "Capabilities"
 */
export function missingCapability(
  method: string,
  params: JsonObject,
  capabilities: JsonObject,
): JsonObject | null | undefined {
  switch (method) {
    case 'elicitation/create': {
      const declared = objectAt(capabilities, 'elicitation');
      if (own(params, 'mode') === 'url') {
        return declared && own(declared, 'url') !== undefined ? null : { elicitation: { url: {} } };
      }
      // Before there were modes, an empty object meant forms.
      const takesForms = declared && (Object.keys(declared).length === 0 || own(declared, 'form') !== undefined);
      return takesForms ? null : { elicitation: { form: {} } };
    }
    case 'sampling/createMessage': {
      const declared = objectAt(capabilities, 'sampling');
      const needsTools = own(params, 'tools') !== undefined || own(params, 'toolChoice') !== undefined;
      if (declared && (!needsTools || own(declared, 'tools') !== undefined)) return null;
      return { sampling: needsTools ? { tools: {} } : {} };
    }
    case 'roots/list':
      return objectAt(capabilities, 'roots') === undefined ? { roots: {} } : null;
    default:
      return undefined;
  }
}
