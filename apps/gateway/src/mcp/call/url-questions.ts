import { isJsonObject, type JsonObject, RPC_CODES, type RpcError } from '@patchbay/mcp';

/**
 * A connector of 2025 that needs its person at a URL says so by an error; for a client of 2026-07-28 that is a question.
 * The `input_required` result of such an error; null for every other one.
 *
 * @see 2025-11-25 client/elicitation, "URL Mode Elicitation Required Error"
 */
export function urlQuestions({ code, data }: RpcError): JsonObject | null {
  const elicitations = isJsonObject(data) ? data.elicitations : undefined;
  if (code !== RPC_CODES.legacyUrlElicitationRequired || !Array.isArray(elicitations)) return null;
  const asked = elicitations.filter(isJsonObject).map((params, index) => {
    return [`url-${index + 1}`, { method: 'elicitation/create', params: { ...params, mode: 'url' } }] as const;
  });
  return asked.length === 0 ? null : { inputRequests: Object.fromEntries(asked) };
}
