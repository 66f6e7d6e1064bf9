import {
  fault,
  isJsonObject,
  type JsonObject,
  META,
  missingCapability as missingCapabilityFault,
  objectAt,
  own,
  RPC_CODES,
  type RpcFault,
  stringAt,
} from '@patchbay/mcp';
import type { Call } from '../context/call.ts';
import { missingCapability } from './missing-capability.ts';

/** The methods whose answers may be questions. */
const MAY_ASK: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

/**
 * What is wrong with an `input_required` result that would go to a client of 2026-07-28, or null. A connector on an SDK
 * does not get here; one that writes its results by hand is held to the same rules.
 *
 * @see 2026-07-28 basic/patterns/mrtr
 */
export function checkQuestions(call: Call, result: JsonObject): RpcFault | null {
  const { id, meta } = call.request;
  const wrong = (why: string) => fault(200, RPC_CODES.internal, `The connector asks for input ${why}.`, { id });
  if (!MAY_ASK.has(call.method)) return wrong(`where ${call.method} allows none`);
  const asked = objectAt(result, 'inputRequests');
  if (asked === undefined && typeof own(result, 'requestState') !== 'string') return wrong('without saying which');
  const declared = objectAt(meta, META.clientCapabilities) ?? {};
  for (const question of Object.values(asked ?? {})) {
    const method = isJsonObject(question) ? stringAt(question, 'method') : undefined;
    const params = isJsonObject(question) ? objectAt(question, 'params') : undefined;
    const missing = method === undefined ? undefined : missingCapability(method, params ?? {}, declared);
    if (missing === undefined) return wrong(`by ${method ?? 'no method'}, which no client answers`);
    if (missing !== null) return missingCapabilityFault(id, missing);
  }
  return null;
}
