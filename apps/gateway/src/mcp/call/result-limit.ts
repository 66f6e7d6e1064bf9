import { AppError } from '@patchbay/foundation';
import { CALL_LIMITS } from '@patchbay/foundation/limits';
import { isJsonObject, type JsonObject, stringAt } from '@patchbay/mcp';
import type { Call, CallReply } from '../context/call.ts';
import { clientOf } from './invocation.ts';

/** Characters of one tool result that go into a model's context; Claude takes no more, and most others less. */
const CHARACTERS_MAX = CALL_LIMITS.resultCharacters.value;

/** Clients that take less, or put results in front of people or programs instead, by the name they give. */
const CHARACTERS_MAX_OF: Readonly<Record<string, number>> = {
  'claude-code': CALL_LIMITS.resultCharactersClaudeCode.value,
  'inspector-client': CALL_LIMITS.resultCharactersPrograms.value,
  mcporter: CALL_LIMITS.resultCharactersPrograms.value,
};

/**
 * Refuses a tool result the client would cut off or choke on. The model reads why and can ask for less; the author sees
 * it among the connector's errors.
 *
 * @throws AppError mcp.result_too_long
 */
export function checkResultLength(call: Call, reply: CallReply): void {
  if (call.method !== 'tools/call' || reply.kind !== 'complete') return;
  const max = CHARACTERS_MAX_OF[clientOf(call.request.meta)?.name ?? ''] ?? CHARACTERS_MAX;
  const length = textLength(reply.result);
  if (length <= max) return;
  throw new AppError('mcp.result_too_long', {
    detail: `The result of ${call.name} has ${length} characters; this client takes ${max}.`,
    data: { characters: length, charactersMax: max },
  });
}

/**
 * The text that a model would read: texts, or the structured answer where it is longer. Images and audio are not text.
 */
function textLength(result: JsonObject): number {
  const blocks = Array.isArray(result.content) ? result.content.filter(isJsonObject) : [];
  const texts = blocks.map((block) => {
    const resource = isJsonObject(block.resource) ? block.resource : undefined;
    return (stringAt(block, 'text') ?? stringAt(resource, 'text') ?? '').length;
  });
  const structured = result.structuredContent === undefined ? 0 : JSON.stringify(result.structuredContent).length;
  return Math.max(
    texts.reduce((sum, length) => sum + length, 0),
    structured,
  );
}
